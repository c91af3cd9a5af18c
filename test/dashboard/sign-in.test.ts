import assert from 'node:assert/strict';
import { describeInChromium } from '../helpers/desk-page.ts';
import { deskLiveCall } from '../helpers/desk-samples.ts';

const apiKey = 'a-key-of-this-gateway';

describeInChromium('Signing in', (openDesk) => {
  it('is asked for where the gateway is not open, and shows nothing before', async () => {
    const { page, server } = await openDesk({ apiKey, calls: [deskLiveCall()] });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.getByRole('navigation').count(), 0);
    assert.equal(server.subscribers, 0);
  });

  it('refuses a key that the gateway does not know, and says so', async () => {
    const { page } = await openDesk({ apiKey });
    await page.getByLabel('API key').fill('another-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'The gateway does not know this key.' })
      .waitFor();
  });

  it('exchanges the key for a token, and keeps only that', async () => {
    const { page } = await openDesk({ apiKey, calls: [deskLiveCall()] });
    await page.getByLabel('API key').fill(apiKey);
    await page.keyboard.press('Enter');
    await page.getByText('1 call').waitFor();
    const stored = await page.evaluate('JSON.stringify([{...sessionStorage}, {...localStorage}])');
    assert.ok(!String(stored).includes(apiKey));
    await page.reload();
    await page.getByText('1 call').waitFor();
  });

  it('ends when somebody signs out', async () => {
    const { page, server } = await openDesk({ apiKey, calls: [deskLiveCall()] });
    await page.getByLabel('API key').fill(apiKey);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.evaluate('sessionStorage.length'), 0);
    assert.equal(server.calls.length, 1);
  });
});
