import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleOutcome } from '../../src/evaluation/rule-trial.ts';
import { type RandomModelFolder, randomModelFolder } from './random-model-folder.ts';
import { runCli } from './run-cli.ts';

/** The agent speaks first, so the customer is silent for its first seconds. */
const SAMPLE_CALL = 'media/sample-call/sample-call.wav';

describe('tonewire rules test', function () {
  this.timeout(120_000);
  let model: RandomModelFolder;
  let config: string;

  before(async () => {
    model = await randomModelFolder();
    config = join(model.path, 'rules.json');
  });

  after(() => model.remove());

  async function tryRules(alerts: readonly object[], ...words: string[]) {
    await writeFile(config, JSON.stringify({ alerts }));
    const flags = ['--config', config, '--model', model.path, ...words];
    return runCli(['rules', 'test', SAMPLE_CALL, ...flags]);
  }

  const silent = {
    name: 'silent',
    conditions: [{ signal: 'silenceMs', above: 4000 }],
    forMs: 0,
    text: 'Nobody there?',
  };
  const shouting = {
    name: 'shouting',
    conditions: [{ signal: 'intensityDb', measure: 'overBaseline', above: 60 }],
    text: 'Turn it down.',
  };
  const agent = { name: 'agent', leg: 'agent', emotion: 'anger', text: 'x' };

  it('says when each rule fires and how close the others came', async () => {
    const { code, stdout } = await tryRules([silent, shouting]);
    assert.equal(code, 0);
    assert.match(stdout, /^silent \(customer\): fires at 4\.\d s/m);
    assert.match(stdout, /^shouting \(customer\): does not fire: never fulfilled$/m);
    assert.match(stdout, /^ {2}intensityDb over the usual ≥ 60: closest \d+\.\d+ at \d+\.\d s$/m);
  });

  it('says the same as JSON, with what each alert would have carried', async () => {
    const { code, stdout } = await tryRules([silent, shouting], '--json');
    assert.equal(code, 0);
    const { rules, durationMs }: { rules: RuleOutcome[]; durationMs: number } = JSON.parse(stdout);
    assert.ok(durationMs > 50_000);
    const [first, second] = rules;
    assert.ok(first && first.fired.length > 0 && first.fired[0]!.text === 'Nobody there?');
    assert.ok(second && second.fired.length === 0);
    const closest = second.conditions[0]?.closest;
    assert.ok(closest && closest.value > 0 && closest.value < 60);
  });

  it('refuses a bad rule, an impossible one, and none, each by its code', async () => {
    for (const [alerts, complaint] of [
      [[{ name: 'a', text: 'x' }], /TW_CONFIG_INVALID: .*alerts\[0\] watches nothing/],
      [[agent], /TW_CONFIG_INVALID: .*alerts\[0\]\.leg is agent/],
      [[], /TW_CONFIG_INVALID: alerts is empty/],
    ] as const) {
      const { code, stderr } = await tryRules(alerts);
      assert.equal(code, 1);
      assert.match(stderr, complaint);
    }
  });

  it('tells a rule whose leg the recording does not have', async () => {
    const lawful = ['--set', 'analysis.legs.agent.analysed=true'];
    lawful.push('--set', 'analysis.legs.agent.legalBasis=a test');
    const { stdout } = await tryRules([agent], ...lawful, '--leg', 'customer');
    assert.match(stdout, /^agent \(agent\): the recording has no such leg$/m);
  });
});
