import { Presets, SingleBar } from 'cli-progress';

/** How far a long task is, on standard error, so that standard output stays the result's own. */
export interface Progress {
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

/** A bar on a terminal; on anything else silence, so that logs stay readable. */
export function progressBar(title: string): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}` },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      started = true;
      bar.update(done, { note });
    },
    stop: () => bar.stop(),
  };
}
