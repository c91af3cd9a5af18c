import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { daySummaries } from '../../../src/desk/history/day-summaries.ts';
import { HistorySearch } from '../../../src/desk/history/history-search.ts';
import { Retention } from '../../../src/desk/history/retention.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import {
  CallDetailSchema,
  DaySummariesSchema,
  HistoryPageSchema,
  type HistoryQuery,
} from '../../../src/protocol/dashboard.ts';
import { assertMatches } from '../../helpers/assert-desk.ts';
import { type CallPlan, finishedCall } from '../../helpers/finished-call.ts';
import { openHistory, type TestHistory } from '../../helpers/open-history.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folder.ts';

const KEEPER = fileURLToPath(new URL('keep-calls.ts', import.meta.url));
const NOTE = { noteId: 'n1', by: 'kim', at: '2026-01-02T03:05:00.000Z', atMs: null, text: 'x' };

describe('the history', () => {
  let { store, history, counts } = {} as TestHistory;

  async function open(...args: Parameters<typeof openHistory>): Promise<void> {
    ({ store, history, counts } = await openHistory(...args));
  }

  async function keep(...plans: readonly CallPlan[]): Promise<void> {
    for (const plan of plans) history.keep(finishedCall(plan));
    await history.settled();
  }

  function found(query: HistoryQuery = {}): string[] {
    const page = new HistorySearch(store).page(query);
    assertMatches(HistoryPageSchema, page);
    return page.calls.map(({ callId }) => callId);
  }

  beforeEach(() => open());

  afterEach(() => {
    store.close();
    removeTemporaryFolders();
  });

  it('gives a call back as it was, with its timeline', async () => {
    const record = finishedCall({ updates: 40, alerts: 2, metadata: { from: '+15550100100' } });
    history.keep(record);
    const before = await history.detail('call-1');
    await history.settled();
    const after = await history.detail('call-1');
    assertMatches(CallDetailSchema, after);
    for (const detail of [before!, after!]) {
      const { at } = detail;
      assert.deepEqual(detail, JSON.parse(JSON.stringify(record.toDetail(at))));
    }
    assert.equal(await history.detail('call-2'), undefined);
  });

  it('keeps a call whose timeline was never written, without it', async () => {
    await keep({ updates: 10 });
    store.exec('DELETE FROM history_timelines');
    const detail = await history.detail('call-1');
    assertMatches(CallDetailSchema, detail);
    assert.equal(detail?.legs[0]?.totals?.updates, 17);
    assert.equal(detail.legs[0].timeline.endMs.length, 0);
  });

  it('finds by words, day, label, source and alerts', async () => {
    await keep(
      { callId: 'a', startedAt: '2026-01-01T23:59:59.999Z', metadata: { queue: 'Billing EU' } },
      { callId: 'b', startedAt: '2026-01-02T00:00:00.000Z', alerts: 1 },
      { callId: 'c', startedAt: '2026-01-03T10:00:00.000Z', customer: { dominant: 'calm' } },
    );
    assert.deepEqual(found(), ['c', 'b', 'a']);
    assert.deepEqual(found({ search: ' eu  billing' }), ['a']);
    assert.deepEqual(found({ search: '100%_' }), []);
    assert.deepEqual(found({ fromDay: '2026-01-02' }), ['c', 'b']);
    assert.deepEqual(found({ toDay: '2026-01-02' }), ['b', 'a']);
    assert.deepEqual(found({ dominant: 'calm' }), ['c']);
    assert.deepEqual(found({ source: 'twilio' }), []);
    assert.deepEqual(found({ alerts: 'unacknowledged' }), ['b']);
    history.acknowledge('b', 'event-5', { by: 'kim', at: NOTE.at });
    assert.deepEqual(found({ alerts: 'unacknowledged' }), []);
    assert.deepEqual(found({ alerts: 'any' }), ['b']);
  });

  it('goes through all calls page by page, each once, those of one moment too', async () => {
    const ids = Array.from({ length: 23 }, (_, index) => `call-${index}`);
    await keep(...ids.map((callId) => ({ callId })));
    const search = new HistorySearch(store);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    let pages = 0;
    for (; cursor !== null; pages += 1) {
      const page = search.page({ limit: 5, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.calls.map(({ callId }) => callId));
      cursor = page.nextCursor;
    }
    assert.deepEqual(seen, [...ids].reverse());
    assert.equal(pages, 5);
    assert.throws(() => search.page({ cursor: 'bm90aGluZw' }), { code: 'TW_BAD_REQUEST' });
  });

  it('sums up days by the speech of the customers', async () => {
    const { probabilities } = sampleEvent('emotion.updated').data;
    const calm = { ...probabilities, calm: 0.65, anger: 0 };
    await keep(
      { callId: 'a', startedAt: '2026-01-01T10:00:00.000Z', alerts: 2 },
      { callId: 'b', customer: { speechMs: 3000 } },
      { callId: 'c', customer: { speechMs: 1000, meanProbabilities: calm } },
      { callId: 'd', customer: { speechMs: 9000, meanProbabilities: null } },
    );
    const days = daySummaries(store, {});
    assertMatches(DaySummariesSchema, { days });
    const [second, first] = days;
    assert.deepEqual(
      [second?.day, second?.calls, second?.durationMs, second?.speechMs, second?.alerts],
      ['2026-01-02', 3, 27_000, 13_000, 0],
    );
    assert.equal(second?.meanProbabilities?.anger, 0.45);
    assert.equal(second.meanProbabilities.calm, 0.2);
    assert.deepEqual([first?.day, first?.alerts, first?.unacknowledged], ['2026-01-01', 2, 2]);
    assert.deepEqual(
      daySummaries(store, { fromDay: '2026-01-02', toDay: '2026-01-05' }).map(({ day }) => day),
      ['2026-01-02'],
    );
  });

  it('keeps the first acknowledgement, and notes to a bound', async () => {
    await open(undefined, { 'desk.maxEntries': 8 });
    await keep({ alerts: 1, updates: 0 });
    const first = { by: 'kim', at: NOTE.at };
    assert.deepEqual(history.acknowledge('call-1', 'event-1', first), first);
    assert.deepEqual(history.acknowledge('call-1', 'event-1', { ...first, by: 'lee' }), first);
    assert.throws(() => history.acknowledge('call-1', 'event-9', first), { code: 'TW_NOT_FOUND' });
    for (let index = 0; index < 8; index += 1) {
      history.addNote('call-1', { ...NOTE, noteId: `n${index}` });
    }
    assert.throws(() => history.addNote('call-1', NOTE), { code: 'TW_RATE_LIMITED' });
    assert.throws(() => history.addNote('call-2', NOTE), { code: 'TW_NOT_FOUND' });
    assert.equal((await history.detail('call-1'))?.notes.length, 8);
  });

  it('lets the oldest call go when there are more than history.maxCalls, and counts it', async () => {
    await open(undefined, { 'history.maxCalls': 3 });
    await keep(...['a', 'b', 'c', 'd', 'e'].map((callId) => ({ callId })));
    assert.deepEqual(found(), ['e', 'd', 'c']);
    assert.deepEqual(counts, { displaced: 2, failed: 0 });
  });

  it('deletes every call of a caller however the number is written, and leaves no trace in the file', async () => {
    const path = join(temporaryFolder(), 'store.db');
    await open(path);
    const secret = 'the-customer-said-something';
    await keep(
      { callId: 'a', metadata: { from: '+1 (555) 010-0100', remark: secret }, alerts: 1 },
      { callId: 'b', metadata: { caller: '+15550100100' } },
      { callId: 'c', metadata: { from: '+15550100199' } },
    );
    history.addNote('a', { ...NOTE, text: secret });
    assert.equal(history.deleteCaller('+1 555 010 0100'), 2);
    assert.deepEqual(found(), ['c']);
    for (const table of ['legs', 'alerts', 'notes', 'timelines']) {
      const rows = store.prepare(`SELECT DISTINCT call FROM history_${table}`).all();
      assert.ok(rows.length <= 1, table);
    }
    const files = ['', '-wal'].map((suffix) => readFileSync(path + suffix));
    for (const bytes of files) assert.ok(!bytes.includes(secret), 'overwritten');
    assert.equal(history.deleteCaller('nobody'), 0);
  });

  it('deletes what is older than the days of retention, at the start and once a day', async () => {
    const clock = {
      ms: Date.parse('2026-01-10T00:00:00Z'),
      nowMs: () => clock.ms,
      monotonicMs: () => 0,
    };
    await keep(...Array.from({ length: 120 }, (_, index) => ({ callId: `old-${index}` })), {
      callId: 'new',
      endedAt: '2026-01-04T00:00:00.000Z',
    });
    const retention = new Retention({ store, retentionDays: 7, clock, logger: silentLogger });
    await retention.tick();
    assert.deepEqual(found(), ['new']);
    clock.ms += 23 * 3_600_000;
    await retention.tick();
    assert.deepEqual(found(), ['new'], 'not before a day has passed');
    clock.ms += 3_600_000;
    await retention.tick();
    clock.ms += 24 * 3_600_000;
    await retention.tick();
    assert.deepEqual(found(), []);
    await retention.stop();
  });

  it('holds whole calls only after a process was killed while it kept them', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const child = spawn(process.execPath, ['--import', 'tsx', KEEPER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.length >= 50) child.kill('SIGKILL');
    }
    await open(path);
    const calls = new HistorySearch(store).page({ limit: 200 }).calls;
    assert.ok(calls.length >= said.length - 1, 'what was said to be kept is there');
    for (const call of calls) assert.deepEqual([call.legs.length, call.alerts], [2, 3]);
    const { integrity_check: integrity } = store.prepare('PRAGMA integrity_check').get() ?? {};
    assert.equal(integrity, 'ok');
  });

  it('counts a call that the store would not take, and goes on', async () => {
    store.exec('ALTER TABLE history_calls RENAME TO elsewhere');
    history.keep(finishedCall());
    assert.deepEqual(counts, { displaced: 0, failed: 1 });
    store.exec('ALTER TABLE elsewhere RENAME TO history_calls');
    await keep({ callId: 'next' });
    assert.deepEqual(found(), ['next']);
  });
});
