import assert from 'node:assert/strict';
import { keepPlaces } from '../../src/dashboard/live/held-order.ts';
import { LiveCalls } from '../../src/dashboard/live/live-calls.ts';
import { needsAttention } from '../../src/dashboard/live/needs-attention.ts';
import { withReading } from '../../src/dashboard/live/sparkline-points.ts';
import { orderCalls } from '../../src/dashboard/live/wall-order.ts';
import { scrollTopToShow, visibleRows } from '../../src/dashboard/views/visible-rows.ts';
import type { DeskBatch, LiveLeg } from '../../src/protocol/dashboard.ts';
import { deskAlert, deskLiveCall, deskReading } from '../helpers/desk-samples.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const EMPTY_LEG: LiveLeg = { leg: 'customer', analysed: true, reading: null, sparkline: null };
const at = '2026-11-27T10:00:00.000Z';
const batch: DeskBatch = {
  type: 'desk.batch',
  at,
  calls: [],
  updates: [],
  events: [],
  actions: [],
};

function legAfter(...positionsMs: readonly number[]): LiveLeg {
  return positionsMs.reduce(
    (leg, atMs) => withReading(leg, deskReading({ atMs, confidence: atMs / 1e6 })),
    EMPTY_LEG,
  );
}

describe('The sparkline of a leg', () => {
  it('has one point a second, the newest reading of it', () => {
    const { sparkline } = legAfter(512, 1024, 1536, 2048);
    assert.equal(sparkline?.endMs, 3000);
    assert.deepEqual(sparkline.confidences, [0.000512, 0.001536, 0.002048]);
  });

  it('shows a second without a reading as one without a label', () => {
    const { sparkline } = legAfter(900, 3900);
    assert.deepEqual(sparkline?.labels, ['anger', null, null, 'anger']);
  });

  it('keeps a minute', () => {
    const { sparkline } = legAfter(...Array.from({ length: 90 }, (_, i) => i * 1000 + 500));
    assert.equal(sparkline?.labels.length, 60);
    assert.equal(sparkline.endMs, 90_000);
    assert.equal(legAfter(500, 3_600_000).sparkline?.labels.length, 60);
  });

  it('leaves a reading out that comes late', () => {
    const { sparkline, reading } = legAfter(5000, 2000);
    assert.equal(sparkline?.labels.length, 1);
    assert.equal(reading?.atMs, 2000);
  });
});

describe('The live calls', () => {
  it('tell nobody of one call when another changes', () => {
    const live = new LiveCalls();
    const calls = [deskLiveCall(), deskLiveCall({ callId: 'call-2' })];
    live.apply({ type: 'desk.snapshot', intervalMs: 250, at, total: 2, calls });
    const [one, other] = [...live.calls.value.values()];
    const [before, set] = [one!.value, live.calls.value];
    const reading = deskReading({ label: 'calm' });
    live.apply({ ...batch, updates: [{ callId: 'call-2', leg: 'customer', reading }] });
    assert.equal(one!.value, before);
    assert.equal(live.calls.value, set);
    assert.equal(other!.value.legs[0]?.reading?.label, 'calm');
  });

  it('keep the newest alerts of a call only', () => {
    const live = new LiveCalls();
    const calls = [deskLiveCall()];
    live.apply({ type: 'desk.snapshot', intervalMs: 250, at, total: 1, calls });
    const events = Array.from({ length: 25 }, (_, i) => sampleEvent('alert.raised', i));
    live.apply({ ...batch, events });
    const { alerts } = [...live.calls.value.values()][0]!.value;
    assert.equal(alerts.length, 20);
    assert.equal(alerts.at(-1)?.alertId, 'event-24');
  });

  it('count those beyond what a desk is sent', () => {
    const live = new LiveCalls();
    live.apply({ type: 'desk.snapshot', intervalMs: 250, at, total: 7, calls: [deskLiveCall()] });
    live.apply({ ...batch, events: [sampleEvent('call.ended', 9)] });
    assert.equal(live.calls.value.size, 0);
    assert.equal(live.total.value, 6);
  });

  it('let a message of an unknown call pass', () => {
    const live = new LiveCalls();
    const acknowledgement = { by: 'ada', at };
    live.apply({
      ...batch,
      updates: [{ callId: 'nobody', leg: 'customer', reading: deskReading() }],
      actions: [{ type: 'alert.acknowledged', callId: 'nobody', alertId: 'a', acknowledgement }],
    });
    assert.equal(live.calls.value.size, 0);
  });
});

describe('The order of the wall', () => {
  const query = { sort: 'attention', filter: 'all', search: '' } as const;

  it('puts two open alerts before one, and one before any reading', () => {
    const one = deskLiveCall({ callId: 'one', alerts: [deskAlert()] });
    const two = deskLiveCall({ callId: 'two', alerts: [deskAlert(), deskAlert()] });
    const angry = deskLiveCall({ callId: 'angry' });
    const ids = orderCalls([angry, one, two], query).map(({ callId }) => callId);
    assert.deepEqual(ids, ['two', 'one', 'angry']);
  });

  it('no longer counts an alert that somebody took', () => {
    const acknowledgement = { by: 'ada', at };
    const taken = deskLiveCall({ alerts: [deskAlert({ acknowledgement })] });
    assert.equal(needsAttention(taken), needsAttention(deskLiveCall()));
  });

  it('rests while it is held: who leaves leaves, who comes goes to the end', () => {
    assert.deepEqual(keepPlaces(['a', 'b', 'c'], ['d', 'c', 'a']), ['a', 'c', 'd']);
  });
});

describe('The rows in sight', () => {
  const view = { scrollTop: 680, height: 680 };

  it('are those in the viewport and a few around them, however many there are', () => {
    assert.deepEqual(visibleRows(500, 68, view), [6, 24]);
    assert.deepEqual(visibleRows(3, 68, view), [3, 3]);
    assert.deepEqual(visibleRows(0, 68, view), [0, 0]);
  });

  it('scroll as little as a row needs to be seen whole', () => {
    assert.equal(scrollTopToShow(12, 68, view), 680);
    assert.equal(scrollTopToShow(2, 68, view), 136);
    assert.equal(scrollTopToShow(25, 68, view), 1088);
  });
});
