import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../../src/config/load-config.ts';
import { Authenticator, type Principal } from '../../src/gateway/auth.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { TonewireError } from '../../src/protocol/errors.ts';

const KEY = 'desk-key-000000000001';

/** Makes a real request and says how it was judged. */
async function judged(
  headers: Record<string, string>,
  judge: (request: IncomingMessage) => Promise<Principal>,
): Promise<Principal | string> {
  let verdict: Principal | string = 'not asked';
  const server = createServer(async (request, response) => {
    verdict = await judge(request).catch((cause: unknown) =>
      cause instanceof TonewireError ? cause.code : 'not ours',
    );
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return verdict;
}

describe('roles', () => {
  const config = loadConfig({ flags: { 'auth.apiKeys': [{ id: 'desk', key: KEY }] } });
  const auth = new Authenticator(config, systemClock);
  const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
  const supervisor = (request: IncomingMessage) => auth.admit(request, 'events', 'supervisor');
  const deskToken = async (role?: 'viewer' | 'supervisor') =>
    (await auth.tokens.issue({ use: 'desk', ...(role && { role }) }, 'desk')).token;

  it('of a key is supervisor, under the id of the key', async () => {
    const principal = await judged(bearer(KEY), supervisor);
    assert.deepEqual(principal, { kind: 'key', role: 'supervisor', subject: 'desk' });
  });

  it('of a desk token is viewer unless it says supervisor', async () => {
    assert.equal(await judged(bearer(await deskToken()), supervisor), 'TW_FORBIDDEN');
    const viewer = await judged(bearer(await deskToken()), (it) => auth.admit(it, 'events'));
    assert.deepEqual(viewer, { kind: 'token', role: 'viewer', subject: 'desk' });
    const granted = await judged(bearer(await deskToken('supervisor')), supervisor);
    assert.deepEqual(granted, { kind: 'token', role: 'supervisor', subject: 'desk' });
  });

  it('of anybody on an open gateway is supervisor, but not of a token that says viewer', async () => {
    const open = new Authenticator(loadConfig(), systemClock);
    const judge = (request: IncomingMessage) => open.admit(request, 'events', 'supervisor');
    assert.deepEqual(await judged({}, judge), { kind: 'open', role: 'supervisor' });
    const { token } = await open.tokens.issue({ use: 'desk' }, 'open');
    assert.equal(await judged(bearer(token), judge), 'TW_FORBIDDEN');
  });

  it('belong to whom the token was made for', async () => {
    const { token } = await auth.tokens.issue({ use: 'desk', subject: 'ann@desk' }, 'desk');
    const principal = await judged(bearer(token), (request) => auth.admit(request, 'events'));
    assert.deepEqual(principal, { kind: 'token', role: 'viewer', subject: 'ann@desk' });
  });
});
