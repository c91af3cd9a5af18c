import { describeInChromium } from '../helpers/desk-page.ts';
import { deskCallDetail, deskLiveCall } from '../helpers/desk-samples.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const details = [deskCallDetail()];

describeInChromium('Trying it', (openDesk) => {
  it('plays the sample call and shows what is heard', async () => {
    const { page, server } = await openDesk({
      at: '/try',
      details,
      playSampleCall: () => 'call-1',
    });
    await page.getByRole('button', { name: 'Play sample call' }).click();
    await page.getByRole('region', { name: 'Perceived expression' }).waitFor();
    const span = { startMs: 61_440, endMs: 61_952 };
    const data = { callId: 'call-1', label: 'happiness', confidence: 0.64, span } as const;
    server.push({ events: [sampleEvent('emotion.updated', 141, data)] });
    await page.getByText('64 % confidence').waitFor();
    await page.getByRole('link', { name: 'Open the call' }).click();
    await page.getByRole('heading', { name: '+4930123456' }).waitFor();
  });

  it('waits for a call that starts only after it was asked for', async () => {
    const late: typeof details = [];
    const { page, server } = await openDesk({
      at: '/try',
      details: late,
      playSampleCall: () => 'call-1',
    });
    await page.getByRole('button', { name: 'Play sample call' }).click();
    await page.getByText('Waiting for speech…').waitFor();
    late.push(...details);
    server.push({ calls: [deskLiveCall()] });
    await page.getByRole('region', { name: 'Perceived expression' }).waitFor();
  });

  it('opens the microphone only after somebody agreed', async () => {
    const { page } = await openDesk({ at: '/try' });
    const start = page.getByRole('button', { name: 'Start talking', disabled: true });
    await start.waitFor();
    await page.getByLabel('I agree that the expression in my voice is analysed').check();
    await page.getByRole('button', { name: 'Start talking', disabled: false }).waitFor();
  });

  it('plays nothing for a viewer, and says why', async () => {
    const { page } = await openDesk({ at: '/try', role: 'viewer' });
    await page.getByText('Only a supervisor may play the sample call.').waitFor();
    await page.getByRole('button', { name: 'Play sample call', disabled: true }).waitFor();
  });
});
