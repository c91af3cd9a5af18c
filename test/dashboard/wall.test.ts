import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { describeInChromium } from '../helpers/desk-page.ts';
import { deskAlert, deskLiveCall, deskReading } from '../helpers/desk-samples.ts';
import { DeskTraffic } from '../helpers/desk-traffic.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const calm = deskLiveCall({ callId: 'calm', caller: 'Calm Caller' });
const customer = calm.legs[0]!;
calm.legs = [{ ...customer, reading: deskReading({ label: 'calm', confidence: 0.9 }) }];
const angry = deskLiveCall({ callId: 'angry', caller: 'Angry Caller' });
const alerted = deskLiveCall({
  callId: 'alerted',
  caller: 'Alerted Caller',
  alerts: [deskAlert()],
});
const denied = deskLiveCall({
  callId: 'denied',
  caller: 'Denied Caller',
  consent: 'denied',
  legs: [
    {
      leg: 'customer',
      analysed: false,
      reason: 'Consent was denied.',
      reading: null,
      sparkline: null,
    },
  ],
});
const calls = [calm, angry, denied, alerted];

describeInChromium('The wall', (open) => {
  it('shows who calls, the perceived expression, how sure, and why a leg is not analysed', async () => {
    const { page } = await open({ calls });
    const row = page.getByRole('row', { name: 'Call of Angry Caller' });
    await row.getByText('Anger', { exact: true }).waitFor();
    await row.getByText('78 %').waitFor();
    await row.getByText('Agent: not analysed').waitFor();
    const other = page.getByRole('row', { name: 'Call of Denied Caller' });
    await other.getByText('Consent was denied.').waitFor();
  });

  it('puts open alerts first, then what sounds worst', async () => {
    const { page } = await open({ calls });
    await page.getByText('4 calls').waitFor();
    assert.deepEqual(await callersOf(page), [
      'Alerted Caller',
      'Angry Caller',
      'Calm Caller',
      'Denied Caller',
    ]);
  });

  it('shows a new reading without being asked', async () => {
    const { page, server } = await open({ calls });
    const row = page.getByRole('row', { name: 'Call of Calm Caller' });
    await row.getByText('Calm', { exact: true }).waitFor();
    const reading = deskReading({ label: 'fear', confidence: 0.66, atMs: 31_232 });
    server.push({ updates: [{ callId: 'calm', leg: 'customer', reading }] });
    await row.getByText('Fear', { exact: true }).waitFor();
    await row.getByText('66 %').waitFor();
  });

  it('adds a call that starts and drops one that ends', async () => {
    const { page, server } = await open({ calls: [calm] });
    await page.getByText('1 call').waitFor();
    server.push({ calls: [angry] });
    await page.getByText('2 calls').waitFor();
    server.push({ events: [sampleEvent('call.ended', 9, { callId: 'calm' })] });
    await page.getByText('1 call').waitFor();
    assert.deepEqual(await callersOf(page), ['Angry Caller']);
  });

  it('says an alert to a screen reader and lets a supervisor acknowledge it', async () => {
    const { page, server } = await open({ calls: [calm, angry] });
    await page.getByText('2 calls').waitFor();
    server.push({
      events: [sampleEvent('alert.raised', 9, { callId: 'angry', text: 'Shouting.' })],
    });
    await page.getByRole('status').filter({ hasText: 'Alert, Angry Caller: Shouting.' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge: Shouting. (Angry Caller)' }).click();
    await page.getByText('Seen by ada').waitFor();
    assert.deepEqual(server.requests.at(-1), {
      endpoint: 'acknowledge',
      path: ['angry', 'event-9'],
      body: undefined,
    });
  });

  it('lets a viewer look, but not acknowledge', async () => {
    const { page } = await open({ calls, role: 'viewer' });
    const button = page.getByRole('button', { name: /^Acknowledge/ });
    await button.waitFor();
    assert.equal(await button.isDisabled(), true);
  });

  it('finds calls by what is known of them', async () => {
    const { page } = await open({ calls });
    await page.getByPlaceholder('Caller, id, metadata').fill('billing angry');
    await page.getByText('1 of 4 calls').waitFor();
    assert.deepEqual(await callersOf(page), ['Angry Caller']);
    await page.getByLabel('Show').selectOption('not-analysed');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('4 calls').waitFor();
  });

  it('is walked with the keyboard alone', async () => {
    const { page, server } = await open({ calls });
    await page.getByText('4 calls').waitFor();
    await page.keyboard.press('/');
    await page.locator('input[type=search]:focus').waitFor();
    await page.getByRole('row', { name: 'Call of Alerted Caller' }).focus();
    await page.keyboard.press('a');
    await page.getByText('Seen by ada').waitFor();
    assert.equal(server.requests.at(-1)?.endpoint, 'acknowledge');
    await page.keyboard.press('ArrowDown');
    await page.locator('[aria-label="Call of Angry Caller"]:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/calls\/angry$/);
  });

  it('draws only the rows in sight of 500 calls, and reaches the last by the keyboard', async () => {
    const traffic = new DeskTraffic(500, Date.now());
    const { page } = await open({ calls: traffic.calls });
    await page.getByText('500 calls').waitFor();
    const grid = page.getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), '501');
    assert.ok((await page.locator('[data-call-id]').count()) < 40);
    await page.locator('[data-call-id]').first().focus();
    await page.keyboard.press('End');
    await page.locator('[aria-rowindex="501"]').waitFor();
    assert.ok((await page.locator('[data-call-id]').count()) < 40);
  });

  it('comes back by itself when the connection is lost', async () => {
    const { page, server } = await open({ calls: [calm] });
    await page.getByText('1 call').waitFor();
    server.calls = [calm, angry];
    server.cut();
    await page.getByText('Connection lost, coming back').waitFor();
    await page.getByText('2 calls').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('offers a sample call while nobody calls', async () => {
    const { page } = await open({ calls: [] });
    await page.getByRole('link', { name: 'Play a sample call' }).click();
    await page.getByRole('heading', { name: 'Try it' }).waitFor();
  });
});

async function callersOf(page: Page): Promise<string[]> {
  const rows = await page
    .locator('[data-call-id]')
    .evaluateAll((elements) =>
      elements.map(
        (row) =>
          [
            Number(row.getAttribute('aria-rowindex')),
            row.querySelector('.caller')?.textContent ?? '',
          ] as const,
      ),
    );
  return rows.sort(([a], [b]) => a - b).map(([, caller]) => caller);
}
