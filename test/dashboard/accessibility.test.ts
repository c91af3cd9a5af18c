import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describeInChromium, type OpenOptions } from '../helpers/desk-page.ts';
import { deskCallDetail, deskDays, deskHistory } from '../helpers/desk-samples.ts';
import { DeskTraffic } from '../helpers/desk-traffic.ts';

interface View {
  readonly name: string;
  readonly options: OpenOptions;
  /** Until this is there, there is nothing to look at. */
  readonly ready: (page: Page) => Promise<void>;
}

const appears = (text: string) => (page: Page) => page.getByText(text).first().waitFor();
const pressed = (name: string, text: string) => async (page: Page) => {
  await page.getByRole('button', { name }).click();
  await appears(text)(page);
};

const call = { at: '/calls/call-1', details: [deskCallDetail()] };
const history = { at: '/history', history: deskHistory(), days: deskDays() };

const VIEWS: readonly View[] = [
  {
    name: 'the wall',
    options: { calls: new DeskTraffic(60, Date.now()).calls },
    ready: appears('60 calls'),
  },
  { name: 'an empty wall', options: {}, ready: appears('No live calls') },
  { name: 'a call', options: call, ready: appears('Following live') },
  { name: 'a call as a table', options: call, ready: pressed('Show as table', 'Pitch (Hz)') },
  { name: 'the history', options: history, ready: appears('Load more') },
  { name: 'the days', options: history, ready: pressed('Days', 'Fri, Nov 27, 2026') },
  { name: 'trying it', options: { at: '/try' }, ready: appears('Your microphone') },
  {
    name: 'a tried call',
    options: { at: '/try', details: [deskCallDetail()], playSampleCall: () => 'call-1' },
    ready: pressed('Play sample call', 'Open the call'),
  },
  { name: 'signing in', options: { apiKey: 'k'.repeat(16) }, ready: appears('API key') },
];

describeInChromium('Accessibility', (openDesk) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const { name, options, ready } of VIEWS) {
      it(`axe finds nothing wrong with ${name}, ${colorScheme}`, async () => {
        const browser = { colorScheme, reducedMotion: 'reduce' as const };
        const { page } = await openDesk({ ...options, browser });
        await ready(page);
        assert.deepEqual(await violations(page), []);
      });
    }
  }

  it('has nothing wider than a narrow screen', async () => {
    const calls = new DeskTraffic(20, Date.now()).calls;
    for (const { options, ready } of VIEWS.filter(({ name }) =>
      /^(a call|trying it)$/.test(name),
    )) {
      const browser = { viewport: { width: 390, height: 844 } };
      const { page } = await openDesk({ ...options, calls, browser });
      await ready(page);
      const width = await page.evaluate('document.getElementById("content").scrollWidth');
      assert.equal(width, 390);
    }
  });

  it('moves nothing for whoever wants no motion', async () => {
    const calls = new DeskTraffic(5, Date.now()).calls;
    const { page } = await openDesk({ calls, browser: { reducedMotion: 'reduce' } });
    await page.getByText('5 calls').waitFor();
    const style = 'getComputedStyle(document.querySelector("[data-call-id]"))';
    assert.equal(await page.evaluate(`${style}.transitionDuration`), '0s');
  });
});

/** What axe complains of: rule and the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const result = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as axe.AxeResults;
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}
