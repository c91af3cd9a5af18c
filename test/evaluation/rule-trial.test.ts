import assert from 'node:assert/strict';
import { RuleTrial } from '../../src/evaluation/rule-trial.ts';
import { condition, quiet, rule, said, update } from '../pipeline/alerts/updates.ts';

describe('a rule on trial', () => {
  it('says when it would fire, and how close it came where it would not', () => {
    const strict = new RuleTrial(rule({ emotion: 'anger', probability: 0.8, forMs: 1500 }));
    const mild = new RuleTrial(rule({ emotion: 'anger', probability: 0.5, forMs: 1500 }));
    for (const trial of [strict, mild]) {
      for (const [i, anger] of [0.7, 0.85, 0.9, 0.6, 0.3].entries()) {
        trial.hear(said(update((i + 1) * 500, anger)));
      }
    }
    assert.deepEqual(
      mild.outcome.fired.map(({ atMs }) => atMs),
      [1500],
    );
    assert.deepEqual(strict.outcome, {
      rule: 'angry-customer',
      leg: 'customer',
      heard: true,
      fired: [],
      longest: { heldMs: 1000, forMs: 1500, atMs: 1500 },
      conditions: [
        { signal: 'anger', measure: 'value', above: 0.8, closest: { value: 0.9, atMs: 1500 } },
      ],
    });
  });

  it('takes the lowest value for the closest where the limit is below', () => {
    const trial = new RuleTrial(
      rule({ conditions: [condition({ signal: 'valence', below: -0.5 })] }),
    );
    for (const [i, valence] of [0.2, -0.4, 0.1].entries()) {
      trial.hear(said(update((i + 1) * 500, 0.1, { valence })));
    }
    assert.deepEqual(trial.outcome.conditions[0]?.closest, { value: -0.4, atMs: 1000 });
  });

  it('tells a leg that never came from a rule that had nothing to go by', () => {
    const measure = { signal: 'intensityDb', measure: 'overBaseline', above: 6 } as const;
    const trial = new RuleTrial(rule({ conditions: [condition(measure)] }));
    assert.equal(trial.outcome.heard, false);
    trial.hear(quiet(500));
    assert.equal(trial.outcome.heard, true);
    assert.equal(trial.outcome.conditions[0]?.closest, null);
  });
});
