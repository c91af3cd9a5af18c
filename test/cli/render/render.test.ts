import assert from 'node:assert/strict';
import { callScreen } from '../../../src/cli/demo-screen.ts';
import { EMPTY_CALL, viewAfter } from '../../../src/cli/render/call-view.ts';
import { eventLine } from '../../../src/cli/render/event-line.ts';
import { liveView } from '../../../src/cli/render/live-view.ts';
import { summary } from '../../../src/cli/render/summary.ts';
import { bar } from '../../../src/cli/render/units.ts';
import { EVENT_TYPES } from '../../../src/protocol/events.ts';
import { EMOTIONS } from '../../../src/protocol/labels.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';

const viewOf = (...types: (typeof EVENT_TYPES)[number][]) =>
  types.map((type, i) => sampleEvent(type, i)).reduce(viewAfter, EMPTY_CALL);

describe('bar', () => {
  it('fills a share of its width, in eighths of a character', () => {
    assert.equal(bar(0, 4), '    ');
    assert.equal(bar(0.5, 4), '██  ');
    assert.equal(bar(0.53125, 4), '██▏ ');
    assert.equal(bar(1, 4), '████');
    assert.equal(bar(7, 4), '████');
  });
});

describe('liveView', () => {
  it('shows eight bars, the label, its confidence and the voice of an analysed leg', () => {
    const lines = liveView(viewOf('call.started', 'emotion.updated'), 60_000, 100);
    assert.equal(lines[0], 'perceived expression · 0:01 of 1:00');
    assert.ok(lines.includes('customer   anger (confidence 60 %)'));
    assert.ok(lines.includes('  ● speaking   pitch  183 Hz   level -21 dB   4.2 syllables/s'));
    for (const emotion of EMOTIONS) {
      assert.equal(lines.filter((line) => line.slice(2).startsWith(`${emotion} `)).length, 1);
    }
    assert.equal(
      lines.find((line) => line.startsWith('▸')),
      `▸ anger      ${'█'.repeat(24)}${' '.repeat(16)}  60 %`,
    );
  });

  it('shows what the newest stretches added, as many as a line of 80 characters holds', () => {
    const stretches = Array.from({ length: 16 }, (_, i) => ({
      startMs: 256 * i,
      endMs: 256 * (i + 1),
      nats: (i - 10) / 100,
    }));
    const contributions = { emotion: 'happiness', stretches } as const;
    const event = sampleEvent('emotion.updated', 1, { contributions });
    const lines = liveView(viewAfter(viewOf('call.started'), event), 60_000, 79);
    assert.ok(
      lines.includes(
        '  happiness, newest last: −0.02 −0.01 +0.00 +0.01 +0.02 +0.03 +0.04 +0.05 nats',
      ),
    );
  });

  it('shows why a leg is not analysed, and no bars for it', () => {
    const lines = liveView(viewOf('call.started'), 60_000, 100);
    assert.ok(lines.includes('agent   not analysed: analysis.legs.agent'));
    assert.equal(lines.filter((line) => line.includes('neutral')).length, 1);
  });

  it('claims nothing before anything was heard', () => {
    const lines = liveView(viewOf('call.started'), 60_000, 100);
    assert.ok(lines.includes('customer   listening …'));
    assert.ok(lines.every((line) => !line.includes('█')));
  });

  it('keeps to the width of the terminal', () => {
    const lines = liveView(viewOf('call.started', 'emotion.updated'), 60_000, 30);
    assert.ok(lines.every((line) => Array.from(line).length <= 30));
  });

  it('keeps its height while a call goes on, so that it can be drawn again in place', () => {
    const before = liveView(viewOf('call.started'), 60_000, 100);
    const later = liveView(
      viewOf('call.started', 'emotion.updated', 'emotion.changed'),
      60_000,
      100,
    );
    assert.equal(later.length, before.length);
  });
});

describe('eventLine', () => {
  it('says every type of event in one line', () => {
    const lines = EVENT_TYPES.map((type) => eventLine(sampleEvent(type)));
    assert.ok(lines.every((line) => line.length > 0 && !line.includes('\n')));
    assert.equal(lines[2], '   1.5 s  customer  listening → anger 60 %');
  });

  it('lets nobody steer the terminal', () => {
    const line = eventLine(sampleEvent('alert.raised', 0, { text: '\x1b[2J\u202egone\n' }));
    assert.ok(!/[\p{Cc}\p{Cf}]/u.test(line));
  });
});

describe('summary', () => {
  it('gives each leg a row, and says what was not analysed', () => {
    const view = viewAfter(viewOf('call.started', 'emotion.changed'), {
      ...sampleEvent('call.ended'),
      data: {
        ...sampleEvent('call.ended').data,
        legs: [
          ...sampleEvent('call.ended').data.legs,
          {
            leg: 'agent',
            analysed: false,
            audioMs: 9000,
            speechMs: 0,
            updates: 0,
            gapMs: 0,
            dominant: 'listening',
            meanProbabilities: null,
          },
        ],
      },
    });
    assert.deepEqual(summary(view).slice(1), [
      'Call call-1: stopped after 9.0 s, 1 change of label, 0 alerts.',
      '',
      'leg        audio   speech   updates   gaps    perceived expression',
      'customer   9.0 s   7.0 s    17        0.0 s   anger   (mean: anger 60 %, neutral 10 %, calm 5 %)',
      'agent      9.0 s   –        –         –       not analysed: analysis.legs.agent',
    ]);
  });

  it('says nothing of a call that has not ended', () => {
    assert.deepEqual(summary(viewOf('call.started')), []);
  });
});

describe('callScreen', () => {
  const play = (isTTY: boolean) => {
    let text = '';
    const screen = callScreen({ isTTY, columns: 100, write: (part) => (text += part) }, 60_000);
    for (const type of EVENT_TYPES) screen.show(sampleEvent(type));
    screen.finish();
    return text;
  };

  it('draws in place in a terminal', () => {
    const text = play(true);
    const height = liveView(viewOf('call.started'), 60_000, 99).length;
    assert.equal(text.split(`\x1b[${height}A\x1b[J`).length, EVENT_TYPES.length);
  });

  it('writes plain lines elsewhere: one a change, none for a rolling update', () => {
    const text = play(false);
    assert.ok(!text.includes('\x1b'));
    assert.match(text, /listening → anger/);
    assert.ok(!text.includes('pitch'));
  });
});
