/**
 * Does the outbox lose anything to `kill -9`? `npx tsx bench/outbox-kills.ts --kills 200 --out FILE`
 * kills a sender that often at random instants under load and compares what it had accepted with
 * what a real receiver got; bench/README.md says how to read the result.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measuredCommit, thisMachine } from '../src/cli/bench/machine.ts';
import { killRun } from '../test/helpers/kills/kill-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    events: { type: 'string', default: '1000' },
    out: { type: 'string' },
  },
});
const kills = Number(values.kills);
const eventsALife = Number(values.events);
const folder = mkdtempSync(join(tmpdir(), 'tonewire-kills-'));
try {
  const result = await killRun({
    kills,
    eventsALife,
    folder,
    random: Math.random,
    progress: (kill) => {
      if (kill % 10 === 0) console.error(`${kill} of ${kills}`);
    },
  });
  const about = { eventsALife, machine: thisMachine(), commit: measuredCommit() };
  const text = `${JSON.stringify({ ...result, ...about }, null, 2)}\n`;
  if (values.out === undefined) console.log(text);
  else writeFileSync(values.out, text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
