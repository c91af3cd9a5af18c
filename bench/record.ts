/**
 * Every figure for the record, one after the other, into bench/results/: `npm run bench:record` on a
 * machine that does nothing else. About ten minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from '../src/cli/bench/machine.ts';
import { systemClock } from '../src/protocol/clock.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'bench', 'results');
const day = new Date(systemClock.nowMs()).toISOString().slice(0, 10);
const prefix = `${day}-${thisMachine().cores}-cores`;
const file = (name: string) => join(results, `${prefix}-${name}`);
mkdirSync(results, { recursive: true });

function run(program: string, ...words: string[]): string {
  console.error(`${words.join(' ')} …`);
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  return execFileSync(program, words, { cwd: root, encoding: 'utf8', stdio });
}

const tonewire = (...words: string[]) => run(process.execPath, 'bin/tonewire.js', ...words);

tonewire('bench', 'latency', '--seconds', '30', '--json', '--out', file('latency.json'));
const capacity = ['bench', 'capacity', '--json'];
const legs300 = ['--legs', '300', '--seconds', '40'];
tonewire(...capacity, ...legs300, '--out', file('300-legs.json'));
tonewire(...capacity, '--seconds', '15', '--out', file('ramp.json'), '--plot', file('ramp.svg'));
tonewire('bench', 'engines', '--json', '--out', file('engines.json'));
const sideBySide = run(process.execPath, '--import', 'tsx', 'bench/side-by-side.ts');
writeFileSync(file('side-by-side.json'), sideBySide);
