import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describeInChromium } from '../helpers/desk-page.ts';
import { deskCallDetail } from '../helpers/desk-samples.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const detail = deskCallDetail();
const finished = deskCallDetail({
  callId: 'finished',
  state: 'finished',
  endedAt: '2026-11-27T10:01:00.000Z',
  reason: 'stopped',
});
const open = { at: '/calls/call-1', details: [detail, finished] };
const update = (sequence: number, endMs: number) =>
  sampleEvent('emotion.updated', sequence, {
    callId: 'call-1',
    label: 'sadness',
    confidence: 0.71,
    span: { startMs: endMs - 512, endMs },
  });

describeInChromium('A call', (openDesk) => {
  it('shows the newest reading, its eight shares, and the charts of it', async () => {
    const { page } = await openDesk(open);
    const moment = page.getByRole('region', { name: 'Perceived expression' });
    await moment.getByText('53 % confidence · Now').waitFor();
    const measures = await moment.getByRole('definition').allInnerTexts();
    assert.deepEqual(measures.slice(-2), ['10 %', 'anger 0.11']);
    assert.equal(await page.getByLabel('The eight expressions').getByRole('listitem').count(), 8);
    assert.equal(await page.locator('.chart canvas').count(), 5);
  });

  it('says which leg is not analysed, why, and what the law says', async () => {
    const { page } = await openDesk(open);
    await page.getByText('Agent: not analysed').waitFor();
    await page.getByText('The EU AI Act, Art. 5(1)(f), prohibits').waitFor();
  });

  it('asks for every update of the call, and follows them', async () => {
    const { page, server } = await openDesk(open);
    const moment = page.getByRole('region', { name: 'Perceived expression' });
    await moment.getByText('Now').waitFor();
    assert.equal(server.watched, 'call-1');
    server.push({ events: [update(141, 61_952)] });
    await moment.getByText('71 % confidence · Now').waitFor();
    assert.equal(await page.getByRole('slider').getAttribute('aria-valuetext'), '1:01');
  });

  it('takes no update twice that it was told of when it asked', async () => {
    const { page, server } = await openDesk(open);
    const moment = page.getByRole('region', { name: 'Perceived expression' });
    await moment.getByText('Now').waitFor();
    server.push({ events: [update(140, 61_440), update(141, 61_952)] });
    await moment.getByText('71 % confidence').waitFor();
    await page.getByRole('button', { name: 'Show as table' }).click();
    assert.equal(await page.getByRole('rowheader', { name: '1:01' }).count(), 2);
  });

  it('rests where somebody scrubs to, and goes back to live', async () => {
    const { page, server } = await openDesk(open);
    const slider = page.getByRole('slider', { name: 'Position in the call' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Follow live' }).waitFor();
    const before = await slider.getAttribute('aria-valuetext');
    server.push({ events: [update(141, 64_000)] });
    await page.getByRole('button', { name: 'Follow live' }).click();
    await page.getByRole('button', { name: 'Following live' }).waitFor();
    assert.equal(before, '1:00');
    assert.equal(await slider.getAttribute('aria-valuetext'), '1:04');
  });

  it('shows the same as a table', async () => {
    const { page } = await openDesk(open);
    await page.getByRole('button', { name: 'Show as table' }).click();
    const table = page.getByRole('table', { name: 'Readings of the customer, as shown' });
    assert.ok((await table.getByRole('row').count()) > 100);
    await table.getByRole('columnheader', { name: 'Pitch (Hz)' }).waitFor();
  });

  it('lists changes, gaps and alerts, and leads to where they happened', async () => {
    const { page } = await openDesk(open);
    await page.getByRole('button', { name: /Neutral → Anger/ }).waitFor();
    await page.getByRole('button', { name: /Audio missing/ }).click();
    await page.getByRole('button', { name: 'Follow live' }).waitFor();
    const slider = page.getByRole('slider', { name: 'Position in the call' });
    assert.equal(await slider.getAttribute('aria-valuetext'), '1:00');
  });

  it('shows suggestions, takes a note, and lets an alert be acknowledged', async () => {
    const { page, server } = await openDesk(open);
    await page.getByText('Name the problem in your own words').waitFor();
    await page.getByPlaceholder('New note').fill('Called twice before.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Called twice before.', { exact: true }).waitFor();
    assert.deepEqual(server.requests.at(-1), {
      endpoint: 'addNote',
      path: ['call-1'],
      body: { text: 'Called twice before.', atMs: 61_440 },
    });
    await page.getByRole('button', { name: /^Acknowledge: The caller sounds angry/ }).click();
    await page.getByText('Seen by ada').waitFor();
  });

  it('shows a finished call whole, without anything live', async () => {
    const { page } = await openDesk({ ...open, at: '/calls/finished' });
    await page.getByText('Finished', { exact: true }).waitFor();
    await page.getByText('Ended: stopped').waitFor();
    assert.equal(await page.getByRole('button', { name: /live/ }).count(), 0);
    await page.getByRole('button', { name: 'All', pressed: true }).waitFor();
  });

  it('becomes a finished call when it ends', async () => {
    const { page, server } = await openDesk(open);
    await page.getByRole('button', { name: 'Following live' }).waitFor();
    server.push({ events: [sampleEvent('call.ended', 150, { callId: 'call-1' })] });
    await page.getByText('Finished', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'In all' }).waitFor();
  });

  it('keeps what the feed brings while it asks, though the answer does not know of it', async () => {
    const { page, server } = await openDesk(open);
    await page.getByRole('button', { name: 'Following live' }).waitFor();
    // The page asks twice when it opens; here the question after the cut is meant.
    await page.waitForLoadState('networkidle');
    const held = new EventEmitter();
    const asked = page.waitForRequest('**/calls/call-1');
    await page.route('**/calls/call-1', async (route) => {
      const [response] = await Promise.all([route.fetch(), once(held, 'tell')]);
      await route.fulfill({ response });
    });
    server.cut();
    await asked;
    server.push({ events: [sampleEvent('call.ended', 150, { callId: 'call-1' })] });
    await page.getByText('Finished', { exact: true }).waitFor();
    const answered = page.waitForResponse('**/calls/call-1');
    held.emit('tell');
    await (await answered).finished();
    await page.evaluate('new Promise(requestAnimationFrame)');
    assert.equal(await page.getByText('Finished', { exact: true }).count(), 1);
    await page.getByRole('heading', { name: 'In all' }).waitFor();
  });

  it('says so when a call is not known', async () => {
    const { page } = await openDesk({ ...open, at: '/calls/nobody' });
    await page.getByRole('heading', { name: 'This call is not known' }).waitFor();
  });
});
