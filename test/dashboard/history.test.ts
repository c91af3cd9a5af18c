import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describeInChromium } from '../helpers/desk-page.ts';
import { deskDays, deskHistory } from '../helpers/desk-samples.ts';

const open = { at: '/history', history: deskHistory(), days: deskDays() };

describeInChromium('The history', (openDesk) => {
  it('lists finished calls a page at a time', async () => {
    const { page } = await openDesk(open);
    const rows = page.getByRole('table').getByRole('row');
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByRole('link', { name: 'call-99' }).waitFor();
    assert.equal(await rows.count(), 101);
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 121);
  });

  it('says the mean of the eight in words too', async () => {
    const { page } = await openDesk(open);
    await page.getByRole('cell', { name: 'Neutral 50 %, Calm 20 %' }).first().waitFor();
  });

  it('asks for what the filter says', async () => {
    const { page, server } = await openDesk(open);
    await page.getByRole('link', { name: '+49302301137' }).waitFor();
    await page.getByLabel('Search').fill('2301137');
    await page.getByLabel('Mostly').selectOption('anger');
    await page.getByLabel('From').fill('2026-11-01');
    await page.getByRole('link', { name: '+49302301000' }).waitFor({ state: 'detached' });
    await page.waitForFunction('document.querySelectorAll("tbody tr").length === 1');
    const { body } = server.requests.findLast(({ endpoint }) => endpoint === 'history')!;
    assert.deepEqual(body, {
      search: '2301137',
      dominant: 'anger',
      fromDay: '2026-11-01',
      limit: 50,
    });
  });

  it('sums up the days', async () => {
    const { page } = await openDesk(open);
    await page.getByRole('button', { name: 'Days' }).click();
    await page.getByRole('rowheader', { name: 'Fri, Nov 27, 2026' }).waitFor();
    assert.equal(await page.getByRole('table').getByRole('row').count(), 15);
  });

  it('lets a late answer about other days go', async () => {
    const { page } = await openDesk(open);
    await page.getByRole('button', { name: 'Days' }).click();
    await page.getByRole('rowheader', { name: 'Fri, Nov 27, 2026' }).waitFor();
    const held = new EventEmitter();
    const told = once(held, 'tell');
    const [day] = deskDays();
    await page.route('**/v1/days?fromDay=2026-11-01', async (route) => {
      await told;
      await route.fulfill({ json: { days: [] } });
    });
    await page.route('**/v1/days?fromDay=2026-11-27', (route) =>
      route.fulfill({ json: { days: [day] } }),
    );
    const asked = page.waitForRequest('**/v1/days?fromDay=2026-11-01');
    await page.getByLabel('From').fill('2026-11-01');
    await asked;
    await page.getByLabel('From').fill('2026-11-27');
    const rows = page.getByRole('table').getByRole('row');
    await rows.nth(2).waitFor({ state: 'detached' });
    const answered = page.waitForResponse('**/v1/days?fromDay=2026-11-01');
    held.emit('tell');
    await (await answered).finished();
    await page.evaluate('new Promise(requestAnimationFrame)');
    assert.equal(await rows.count(), 2);
  });

  it('exports what is listed', async () => {
    const { page, server } = await openDesk(open);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export what is listed as CSV' }).click();
    assert.equal((await download).suggestedFilename(), 'tonewire-calls.csv');
    assert.deepEqual(server.requests.at(-1)?.body, { format: 'csv' });
  });

  it('asks once more before it deletes everything of a caller', async () => {
    const { page, server } = await openDesk(open);
    const before = (name: string) => server.requests.filter(({ endpoint }) => endpoint === name);
    await page.getByLabel('Export or delete the call of +49302301000').click();
    await page.getByRole('button', { name: 'Delete caller…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete everything of this caller?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(before('deleteCaller').length, 0);
    await page.getByRole('button', { name: 'Delete caller…' }).click();
    await dialog.getByRole('button', { name: 'Delete caller' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(before('deleteCaller')[0]?.body, { caller: '+49302301000' });
  });

  it('lets a viewer neither export nor delete', async () => {
    const { page } = await openDesk({ ...open, role: 'viewer' });
    await page.getByRole('link', { name: '+49302301000' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /as CSV/ }).isDisabled(), true);
    assert.equal(await page.getByLabel(/^Export or delete/).count(), 0);
  });
});
