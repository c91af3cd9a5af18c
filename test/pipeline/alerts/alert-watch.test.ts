import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AlertRule } from '../../../src/pipeline/alerts/alert-rule.ts';
import { type Alert, AlertWatch } from '../../../src/pipeline/alerts/alert-watch.ts';
import type { LegOutput } from '../../../src/pipeline/analysis.ts';
import { condition, quiet, rule, said, UPDATE_MS, type Update, update } from './updates.ts';

const RULE = rule({ emotion: 'anger', forMs: 2000 });

function alerts(outputs: readonly LegOutput[], of: AlertRule = RULE): Alert[] {
  const watch = new AlertWatch(of);
  return outputs.flatMap((output) => watch.hear(output) ?? []);
}

/** Positions at which an alert was raised. */
const raised = (updates: readonly Update[], of: AlertRule = RULE) =>
  alerts(updates.map(said), of).map(({ atMs }) => atMs);

/** Updates one after another, made from their number. */
function times<T>(count: number, make: (endMs: number, i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make((i + 1) * UPDATE_MS, i));
}

const prosody = { pitchHz: 110, voicedShare: 0.5, intensityDb: -30, speechRateHz: 4 };

describe('an alert', () => {
  it('is raised once the probability has held for the time the rule says', () => {
    assert.deepEqual(raised(times(4, (at) => update(at, 0.7))), [2000]);
  });

  it('starts counting again when the probability falls', () => {
    assert.deepEqual(raised(times(5, (at) => update(at, at === 1500 ? 0.5 : 0.7))), []);
  });

  it('counts speech only: a pause neither adds nor ends', () => {
    const speaking = (at: number) => at !== 1500 && at !== 2000;
    const updates = times(6, (at) => update(at, 0.7, { speaking: speaking(at) }));
    assert.deepEqual(raised(updates), [3000]);
  });

  it('stays quiet for the cool-down', () => {
    assert.deepEqual(raised(times(20, (at) => update(at, 0.7))), [2000, 7000]);
  });

  it('never comes of a leg that is still listening', () => {
    assert.deepEqual(raised(times(4, (at) => update(at, 0.9, { label: 'listening' }))), []);
  });

  it('is not raised by a rule without duration unless it is fulfilled', () => {
    const at = times(4, (atMs) => update(atMs, atMs === 1500 ? 0.7 : 0.5));
    assert.deepEqual(raised(at, { ...RULE, forMs: 0 }), [1500]);
  });

  it('says what was read, and what the rule suggests', () => {
    const of = { ...RULE, suggestion: 'Say sorry.', action: 'offer-callback' };
    assert.deepEqual(
      alerts(
        times(4, (at) => said(update(at, 0.7))),
        of,
      ),
      [
        {
          atMs: 2000,
          rule: 'angry-customer',
          text: 'Offer a call-back.',
          emotion: 'anger',
          probability: 0.7,
          heldMs: 2000,
          suggestion: 'Say sorry.',
          action: 'offer-callback',
          conditions: [{ signal: 'anger', measure: 'value', above: 0.6, value: 0.7 }],
        },
      ],
    );
  });
});

describe('a rule of several conditions', () => {
  const conditions = [
    condition({ signal: 'anger', above: 0.6 }),
    condition({ signal: 'speechRateHz', above: 5 }),
  ];
  const updates = times(4, (at, i) =>
    update(at, i % 2 === 0 ? 0.7 : 0.5, {
      prosody: { ...prosody, speechRateHz: i < 2 ? 6 : 4 },
    }),
  );

  it('is fulfilled by all at once, or by any', () => {
    const short = { conditions, cooldownMs: 0 };
    assert.deepEqual(raised(updates, rule({ ...short, match: 'all' })), [500]);
    assert.deepEqual(raised(updates, rule({ ...short, match: 'any' })), [500, 1000, 1500]);
  });

  it('counts its emotion as one of them', () => {
    const [, fast] = conditions;
    const of = rule({ emotion: 'anger', conditions: [fast!], cooldownMs: 0 });
    assert.deepEqual(raised(updates, of), [500]);
  });

  it('looks at valence downwards', () => {
    const of = rule({ conditions: [condition({ signal: 'valence', below: -0.3 })] });
    const heard = [update(500, 0.1, { valence: -0.2 }), update(1000, 0.1, { valence: -0.3 })];
    assert.deepEqual(raised(heard, of), [1000]);
  });
});

describe('a rule about silence', () => {
  const of = rule({ conditions: [condition({ signal: 'silenceMs', above: 3000 })] });

  it('fires once the leg has not spoken for so long, though no event is sent meanwhile', () => {
    const outputs = [
      ...times(4, (at) => said(update(at, 0.1))),
      ...times(8, (at) => quiet(2000 + at)),
    ];
    const [alert, ...more] = alerts(outputs, of);
    assert.deepEqual([alert?.atMs, more.length], [5000, 0]);
    assert.deepEqual(
      alert?.conditions?.map(({ value }) => value),
      [3000],
    );
  });

  it('fires in a call in which the leg never spoke', () => {
    const [alert] = alerts(times(8, quiet), of);
    assert.deepEqual([alert?.atMs, alert?.probability], [3000, 0.125]);
  });

  it('may ask how it sounded before it fell silent', () => {
    const angry = [...of.conditions, condition({ signal: 'anger', above: 0.6 })];
    for (const [anger, count] of [
      [0.7, 1],
      [0.5, 0],
    ] as const) {
      const outputs = [said(update(500, anger)), ...times(8, (at) => quiet(500 + at))];
      assert.equal(alerts(outputs, { ...of, conditions: angry }).length, count);
    }
  });
});

describe("a rule about a speaker's own usual voice", () => {
  const of = rule({
    conditions: [condition({ signal: 'intensityDb', measure: 'overBaseline', above: 6 })],
  });
  const loud = (from: number) => (at: number) =>
    update(at, 0.1, { prosody: { ...prosody, intensityDb: at > from ? -20 : -30 } });

  it('fires when it is that much louder, wherever its level lies', () => {
    assert.deepEqual(raised(times(60, loud(25_000)), of), [25_500]);
    assert.deepEqual(raised(times(60, loud(0)), of), []);
  });

  it('waits until 15 seconds of speech were heard', () => {
    assert.deepEqual(raised(times(29, loud(10_000)), of), []);
  });

  it('counts pitch in semitones, and lets unvoiced updates pass', () => {
    const pitch = { signal: 'pitchSemitones', measure: 'overBaseline', above: 11.9 } as const;
    const octave = rule({ conditions: [condition(pitch)], forMs: 1500, cooldownMs: 60_000 });
    const updates = times(60, (at, i) =>
      update(at, 0.1, {
        prosody: { ...prosody, pitchHz: i % 3 === 0 ? null : at > 20_000 ? 220 : 110 },
      }),
    );
    assert.deepEqual(raised(updates, octave), [21_500]);
  });
});

describe('a rule about a trend', () => {
  const of = rule({
    conditions: [condition({ signal: 'anger', measure: 'change', above: 0.3, overMs: 10_000 })],
    cooldownMs: 60_000,
  });

  it('fires when the signal rises by so much over the time, and not when it only stands high', () => {
    const rising = times(40, (at) => update(at, Math.min(0.9, 0.1 + at * 0.00004)));
    const [atMs, ...more] = raised(rising, of);
    assert.ok(atMs !== undefined && atMs >= 5000 && atMs <= 10_500, `${atMs}`);
    assert.deepEqual(more, []);
    assert.deepEqual(
      raised(
        times(40, (at) => update(at, 0.9)),
        of,
      ),
      [],
    );
  });

  it('is not moved by one update in five gone astray', () => {
    const spikes = times(60, (at, i) => update(at, i % 5 === 2 ? 0.95 : 0.2));
    assert.deepEqual(raised(spikes, of), []);
  });
});

const arbitraryOutputs = fc
  .array(
    fc.record({
      kind: fc.constantFrom('speech', 'pause', 'quiet', 'listening'),
      anger: fc.double({ min: 0, max: 1, noNaN: true }),
      valence: fc.double({ min: -1, max: 1, noNaN: true }),
      intensityDb: fc.integer({ min: -60, max: 0 }),
      pitchHz: fc.option(fc.integer({ min: 60, max: 400 })),
    }),
    { maxLength: 150 },
  )
  .map((steps) =>
    steps.map(({ kind, anger, valence, intensityDb, pitchHz }, i): LegOutput => {
      const at = (i + 1) * UPDATE_MS;
      if (kind === 'quiet') return quiet(at);
      const heard = { ...prosody, intensityDb, pitchHz };
      const label = kind === 'listening' ? 'listening' : 'anger';
      return said(
        update(at, anger, { speaking: kind !== 'pause', valence, prosody: heard, label }),
      );
    }),
  );
const arbitraryRule = fc
  .record({
    match: fc.constantFrom('all' as const, 'any' as const),
    forMs: fc.constantFrom(0, 500, 2000, 5000),
    cooldownMs: fc.constantFrom(0, 1000, 10_000),
    conditions: fc.subarray(
      [
        condition({ signal: 'anger', above: 0.4 }),
        condition({ signal: 'valence', below: 0.5 }),
        condition({ signal: 'valence', measure: 'change', below: 0.1, overMs: 5000 }),
        condition({ signal: 'intensityDb', measure: 'overBaseline', above: 2 }),
        condition({ signal: 'pitchSemitones', above: 20 }),
        condition({ signal: 'silenceMs', above: 1000 }),
      ],
      { minLength: 1 },
    ),
  })
  .map((parts) => rule(parts));

describe('whatever is heard, and whatever the rule', () => {
  it('two alerts are at least the cool-down apart, and each was fulfilled for its time', () => {
    let count = 0;
    fc.assert(
      fc.property(arbitraryOutputs, arbitraryRule, (outputs, of) => {
        const all = alerts(outputs, of);
        count += all.length;
        for (const [i, { atMs, heldMs, conditions }] of all.entries()) {
          assert.ok(heldMs >= of.forMs);
          assert.ok(i === 0 || atMs - all[i - 1]!.atMs >= of.cooldownMs);
          const met = (conditions ?? []).filter(({ value, above, below }) =>
            above === undefined ? value <= below! + 1e-4 : value >= above - 1e-4,
          );
          assert.ok(of.match === 'any' ? met.length > 0 : met.length === of.conditions.length);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(count > 50, `${count} alerts looked at`);
  });

  it('a rule of one emotion fires when the plain count of its time says so', () => {
    fc.assert(
      fc.property(arbitraryOutputs, fc.constantFrom(500, 1500, 4000), (outputs, forMs) => {
        const expected: number[] = [];
        let heldMs = 0;
        let quietUntilMs = 0;
        for (const { type, data } of outputs) {
          if (type !== 'emotion.updated' || !data.speaking) continue;
          const counts = data.label !== 'listening' && data.probabilities.anger >= 0.6;
          heldMs = counts ? heldMs + UPDATE_MS : 0;
          if (heldMs < forMs || data.span.endMs < quietUntilMs) continue;
          quietUntilMs = data.span.endMs + 5000;
          expected.push(data.span.endMs);
        }
        const of = rule({ emotion: 'anger', forMs });
        assert.deepEqual(
          alerts(outputs, of).map(({ atMs }) => atMs),
          expected,
        );
      }),
    );
  });

  it('a stricter limit never fires earlier', () => {
    const limit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(arbitraryOutputs, limit, limit, (outputs, one, other) => {
        const first = (above: number) =>
          alerts(outputs, rule({ conditions: [condition({ signal: 'anger', above })] }))[0]?.atMs ??
          Number.POSITIVE_INFINITY;
        assert.ok(first(Math.min(one, other)) <= first(Math.max(one, other)));
      }),
    );
  });
});
