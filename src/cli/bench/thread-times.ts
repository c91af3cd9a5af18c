import { readdirSync, readFileSync } from 'node:fs';

const TASKS = '/proc/self/task';
const NANOSECONDS = 1e6;

/** CPU time of each of this process's threads, in milliseconds by thread id; undefined where the system does not tell. */
export function threadTimes(): ReadonlyMap<number, number> | undefined {
  try {
    return new Map(readdirSync(TASKS).map((id) => [Number(id), cpuMs(id)]));
  } catch {
    return undefined;
  }
}

/** Linux's schedstat begins with the nanoseconds that the thread ran. */
function cpuMs(threadId: string): number {
  try {
    return (
      Number(readFileSync(`${TASKS}/${threadId}/schedstat`, 'utf8').split(' ')[0]) / NANOSECONDS
    );
  } catch {
    return 0; // It ended meanwhile.
  }
}
