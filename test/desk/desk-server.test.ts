import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import {
  AcknowledgementSchema,
  type CallDetail,
  CallDetailSchema,
  DaySummariesSchema,
  DESK_ENDPOINTS,
  type DeskBatch,
  DeskBatchSchema,
  type DeskSession,
  DeskSessionSchema,
  DeskSnapshotSchema,
  type HistoryPage,
  HistoryPageSchema,
  LiveCallsSchema,
  NoteSchema,
} from '../../src/protocol/dashboard.ts';
import { assertMatches } from '../helpers/assert-desk.ts';
import { KEY, startDesk, stopDesks, type TestDesk, UPDATE_AUDIO } from '../helpers/start-desk.ts';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folder.ts';
import { refusedUpgrade, type WsClient } from '../helpers/ws-client.ts';

const PHONE = '+15550123456';
const RULE = {
  name: 'rule-1',
  emotion: 'neutral',
  probability: 0.6,
  forMs: 100,
  cooldownMs: 0,
  text: 'Ask an open question.',
};

const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string } };
  return `${response.status} ${error.code}`;
};

describe('the desk of a running gateway', () => {
  let desk: TestDesk;
  const start = async (...args: Parameters<typeof startDesk>) => {
    desk = await startDesk(...args);
  };

  beforeEach(() => start({ alerts: [RULE] }));

  afterEach(async () => {
    await stopDesks();
    removeTemporaryFolders();
  });

  async function json<T>(method: string, path: string, body?: unknown, by?: string): Promise<T> {
    const response = await desk.ask(method, path, body, by);
    assert.equal(response.status, 200, `${method} ${path}`);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    return (await response.json()) as T;
  }

  async function alertIdOf(callId: string): Promise<string> {
    const { alerts } = await json<CallDetail>('GET', `/v1/calls/${callId}`);
    return alerts[0]!.alertId;
  }

  /** The first batch, past or to come, in which something holds. */
  function batch(page: WsClient, holds: (batch: DeskBatch) => boolean): Promise<DeskBatch> {
    return new Promise((resolve) => {
      const look = () => {
        const batches = page.received.filter(({ type }) => type === 'desk.batch');
        const found = (batches as unknown as DeskBatch[]).find(holds);
        if (found === undefined) return;
        page.socket.off('message', look);
        resolve(found);
      };
      page.socket.on('message', look);
      look();
    });
  }

  it('says who asks, and what they may do', async () => {
    const session = await json<DeskSession>('GET', '/v1/desk/session');
    assertMatches(DeskSessionSchema, session);
    assert.deepEqual(
      { ...session, version: '' },
      {
        open: false,
        role: 'supervisor',
        name: 'front-desk',
        version: '',
        sampleCall: true,
        history: { persistent: false, retentionDays: 30 },
      },
    );
    const viewer = await json<{ role: string; name: string }>(
      'GET',
      '/v1/desk/session',
      undefined,
      await desk.token('viewer', 'kim@example.com'),
    );
    assert.deepEqual([viewer.role, viewer.name], ['viewer', 'kim@example.com']);
  });

  it('keeps every endpoint from strangers, and from viewers what is for supervisors', async () => {
    const viewer = await desk.token('viewer');
    let refused = 0;
    for (const { method, path, role } of Object.values(DESK_ENDPOINTS)) {
      const asked = path.replace(/:\w+/g, 'x');
      const body = method === 'GET' ? undefined : {};
      assert.equal(
        await codeOf(await desk.ask(method, asked, body, 'no-key-at-all')),
        '401 TW_UNAUTHORIZED',
      );
      if (role === 'viewer') continue;
      assert.equal(await codeOf(await desk.ask(method, asked, body, viewer)), '403 TW_FORBIDDEN');
      refused += 1;
    }
    assert.equal(refused, 7);
    const url = `${desk.tonewire.url.replace('http', 'ws')}/v1/desk`;
    assert.deepEqual(await refusedUpgrade(url), { status: 401, code: 'TW_UNAUTHORIZED' });
  });

  it('shows a call while it is live, and afterwards', async () => {
    const client = await desk.startCall({ callId: 'a', metadata: { from: PHONE } }, 30);
    const live = await json<{ calls: { caller: string }[] }>('GET', '/v1/calls/live');
    assertMatches(LiveCallsSchema, live);
    assert.equal(live.calls[0]?.caller, PHONE);
    const detail = await json<CallDetail>('GET', '/v1/calls/a');
    assertMatches(CallDetailSchema, detail);
    assert.equal(detail.state, 'live');
    assert.equal(await codeOf(await desk.ask('DELETE', '/v1/calls/a')), '409 TW_OUT_OF_ORDER');
    client.send({ type: 'session.end' });
    await client.closed;
    const after = await json<CallDetail>('GET', '/v1/calls/a');
    assertMatches(CallDetailSchema, after);
    assert.deepEqual([after.state, after.caller], ['finished', PHONE]);
    assert.equal(after.legs[0]?.timeline.endMs.length, 30);
    assert.equal(await codeOf(await desk.ask('GET', '/v1/calls/b')), '404 TW_NOT_FOUND');
  });

  it('feeds a page: a snapshot, then what changes', async () => {
    const client = await desk.startCall({ callId: 'a' });
    const page = await desk.page();
    assertMatches(DeskSnapshotSchema, page.received[0]);
    page.send({ type: 'desk.watch', callId: 'a' });
    const note = await json<{ noteId: string }>('POST', '/v1/calls/a/notes', {
      text: 'calls back',
    });
    assertMatches(NoteSchema, note);
    client.sendBinary(UPDATE_AUDIO);
    client.send({ type: 'session.end' });
    const last = await batch(page, ({ events }) =>
      events.some(({ type }) => type === 'call.ended'),
    );
    for (const message of page.received.slice(1)) assertMatches(DeskBatchSchema, message);
    assert.ok(last.updates.length <= 1);
    const noted = await batch(page, ({ actions }) => actions.length > 0);
    assert.deepEqual(
      noted.actions.filter(({ type }) => type === 'note.added'),
      [{ type: 'note.added', callId: 'a', note }],
    );
    const readings = page.received
      .flatMap((message) => (message as unknown as DeskBatch).events ?? [])
      .filter(({ type }) => type === 'emotion.updated');
    assert.ok(readings.length >= 1, 'every reading of the watched call');
  });

  it('closes a page that sends what it should not, and says why', async () => {
    const page = await desk.page();
    page.send({ type: 'desk.watch', callId: 7 });
    assert.equal((await page.message('error')).code, 'TW_BAD_MESSAGE');
    assert.equal((await page.closed).code, 4400);
    const chatty = await desk.page();
    for (let i = 0; i < 100; i += 1) chatty.send({ type: 'desk.watch', callId: null });
    assert.equal((await chatty.message('error')).code, 'TW_RATE_LIMITED');
  });

  it('keeps the first acknowledgement of an alert, live and afterwards', async () => {
    const client = await desk.startCall({ callId: 'a' });
    const path = `/v1/calls/a/alerts/${await alertIdOf('a')}/acknowledge`;
    const first = await json('POST', path, undefined, await desk.token('supervisor', 'kim'));
    assertMatches(AcknowledgementSchema, first);
    client.send({ type: 'session.end' });
    await client.closed;
    assert.deepEqual(await json('POST', path), first);
    assert.equal((first as { by: string }).by, 'kim');
    const unknown = await desk.ask('POST', '/v1/calls/a/alerts/x/acknowledge');
    assert.equal(await codeOf(unknown), '404 TW_NOT_FOUND');
  });

  it('takes a note as it is, whatever is in it, and no longer one than it should be', async () => {
    await desk.call({ callId: 'a' });
    const text = `</script><img src=x onerror=alert(1)> \u0000\u001b[31m\u202e'); DROP TABLE history_calls;--`;
    const note = await json<{ text: string }>('POST', '/v1/calls/a/notes', { text, atMs: 200 });
    assert.equal(note.text, text);
    const detail = await json<CallDetail>('GET', '/v1/calls/a');
    assert.deepEqual(detail.notes, [note]);
    for (const wrong of [{ text: '' }, { text: 'x'.repeat(2001) }, { text, html: true }, []]) {
      assert.equal(
        await codeOf(await desk.ask('POST', '/v1/calls/a/notes', wrong)),
        '400 TW_BAD_MESSAGE',
      );
    }
    const huge = await desk.ask('POST', '/v1/calls/a/notes', { text: 'x'.repeat(100_000) });
    assert.equal(await codeOf(huge), '413 TW_MESSAGE_TOO_LARGE');
  });

  it('finds, sums up and exports finished calls', async () => {
    await desk.call({ callId: 'a', metadata: { from: '=cmd|calc', queue: 'billing' } });
    await desk.call({ callId: 'b' });
    const page = await json<HistoryPage>('POST', '/v1/calls/search', { search: 'billing' });
    assertMatches(HistoryPageSchema, page);
    assert.deepEqual(
      page.calls.map(({ callId, alerts }) => [callId, alerts > 0]),
      [['a', true]],
    );
    const days = await json<{ days: { calls: number }[] }>('GET', '/v1/days');
    assertMatches(DaySummariesSchema, days);
    assert.equal(days.days[0]?.calls, 2);
    assert.equal(
      await codeOf(await desk.ask('GET', '/v1/days?fromDay=yesterday')),
      '400 TW_BAD_MESSAGE',
    );
    const csv = await desk.ask('POST', '/v1/calls/export', { format: 'csv' });
    assert.match(
      csv.headers.get('content-disposition') ?? '',
      /attachment; filename=tonewire-calls\.csv/,
    );
    const rows: Record<string, string>[] = parse(await csv.text(), { columns: true });
    assert.deepEqual(
      rows.map((row) => [
        row.callId,
        row.caller,
        row['customer.dominant'],
        row['customer.analysed'],
      ]),
      [
        ['b', '', 'neutral', 'true'],
        ['a', "'=cmd|calc", 'neutral', 'true'],
      ],
    );
    const all = await json<HistoryPage>('POST', '/v1/calls/export', { format: 'json' });
    assert.deepEqual(
      all.calls.map(({ callId }) => callId),
      ['b', 'a'],
    );
    const none = await json<HistoryPage>('POST', '/v1/calls/export', {
      format: 'json',
      search: 'zz',
    });
    assert.deepEqual(none.calls, []);
    const call = await desk.ask('POST', '/v1/calls/a/export', { format: 'csv' });
    const readings: { kind: string }[] = parse(await call.text(), { columns: true });
    assert.equal(readings.filter(({ kind }) => kind === 'reading').length, 5);
    const whole = await json<CallDetail>('POST', '/v1/calls/a/export', { format: 'json' });
    assertMatches(CallDetailSchema, whole);
  });

  it('deletes a call, and every call of a caller', async () => {
    await desk.call({ callId: 'a', metadata: { from: PHONE } });
    await desk.call({ callId: 'b', metadata: { caller: '+1 (555) 012-3456' } });
    await desk.call({ callId: 'c' });
    assert.deepEqual(await json('DELETE', '/v1/calls/c'), { calls: 1 });
    assert.equal(await codeOf(await desk.ask('DELETE', '/v1/calls/c')), '404 TW_NOT_FOUND');
    assert.deepEqual(await json('POST', '/v1/callers/delete', { caller: PHONE }), { calls: 2 });
    const { calls } = await json<HistoryPage>('POST', '/v1/calls/search', {});
    assert.deepEqual(calls, []);
  });

  it('keeps finished calls in the file of store.path over a restart', async () => {
    const path = join(temporaryFolder(), 'store.db');
    await stopDesks();
    await start({ 'store.path': path });
    await desk.call({ callId: 'a' });
    await desk.tonewire.close();
    await start({ 'store.path': path });
    const detail = await json<CallDetail>('GET', '/v1/calls/a');
    assert.equal(detail.legs[0]?.timeline.endMs.length, 5);
    const { history } = await json<{ history: object }>('GET', '/v1/desk/session');
    assert.deepEqual(history, { persistent: true, retentionDays: 30 });
  });

  it('says that nothing is kept where history.enabled is false', async () => {
    await start({ 'history.enabled': false });
    await desk.call({ callId: 'a' });
    assert.equal(
      await codeOf(await desk.ask('POST', '/v1/calls/search', {})),
      '404 TW_NOT_CONFIGURED',
    );
    assert.equal(await codeOf(await desk.ask('GET', '/v1/calls/a')), '404 TW_NOT_FOUND');
  });

  it('is not there where desk.enabled is false', async () => {
    await start({ 'desk.enabled': false });
    assert.equal(await codeOf(await desk.ask('GET', '/v1/desk/session')), '404 TW_NOT_FOUND');
  });

  it('lets its pages go when the gateway drains, after they had the last events', async () => {
    const page = await desk.page();
    await desk.startCall({ callId: 'a' });
    await desk.tonewire.drain();
    assert.equal((await page.closed).code, 1001);
    await batch(page, ({ events }) => events.some(({ type }) => type === 'call.ended'));
  });

  it('plays the sample call, as many at once as may, and lets it be heard', async () => {
    await start({ 'desk.maxSampleCalls': 1 });
    const page = await desk.page();
    const { callId } = await json<{ callId: string }>('POST', '/v1/sample-call');
    const shown = await batch(page, ({ updates }) => updates.length > 0);
    assert.equal(shown.updates[0]?.callId, callId);
    assert.equal(await codeOf(await desk.ask('POST', '/v1/sample-call')), '429 TW_RATE_LIMITED');
    const audio = await desk.ask('GET', '/v1/sample-call/audio');
    assert.equal(audio.headers.get('content-type'), 'audio/wav');
    assert.equal(Buffer.from(await audio.arrayBuffer()).toString('latin1', 0, 4), 'RIFF');
    await start({ 'desk.maxSampleCalls': 0 });
    assert.equal(await codeOf(await desk.ask('POST', '/v1/sample-call')), '404 TW_NOT_CONFIGURED');
  });

  it('writes nothing personal into the log', async () => {
    let log = '';
    const write = (line: string) => {
      log += line;
    };
    const logger = createLogger('debug', { write }, systemClock);
    await start({ alerts: [RULE] }, { logger });
    const client = await desk.startCall({ callId: PHONE.slice(1), metadata: { from: PHONE } });
    const path = `/v1/calls/${PHONE.slice(1)}`;
    await json('POST', `${path}/notes`, { text: 'she-said-something' });
    await json('POST', `${path}/alerts/${await alertIdOf(PHONE.slice(1))}/acknowledge`);
    client.send({ type: 'session.end' });
    await client.closed;
    await json('POST', '/v1/calls/search', { search: PHONE });
    await json('POST', '/v1/callers/delete', { caller: PHONE });
    await desk.tonewire.close();
    assert.match(log, /calls of a caller deleted/);
    for (const word of ['5550123456', 'she-said', RULE.text, 'neutral', 'probabilit', KEY]) {
      assert.ok(!log.includes(word), `no "${word}"`);
    }
  });
});
