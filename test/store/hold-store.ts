import { systemClock } from '../../src/protocol/clock.ts';
import { openStore } from '../../src/store/open-store.ts';

/** A process that opens the store named on its command line, says so, and holds it until it is killed. */
const [, , path = '', what] = process.argv;
const store = await openStore({
  path,
  synchronous: 'normal',
  clock: systemClock,
  alone: what === 'alone',
});
if (what === 'writing') store.exec('BEGIN IMMEDIATE');
process.stdout.write('open\n');
setInterval(() => undefined, 1000);
