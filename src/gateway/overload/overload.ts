import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../log/logger.ts';
import type { AnalyserLoad } from '../../pipeline/analysis.ts';
import type { Clock } from '../../protocol/clock.ts';
import { AdmissionGate } from './admission-gate.ts';
import { LoadSignals } from './load-signals.ts';

export interface OverloadOptions {
  readonly limits: Config['overload'];
  readonly model: () => AnalyserLoad;
  /** Calls that run. */
  readonly calls: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks; the event loop's delay is a percentile over this. */
const LOOK_MS = 1000;

/** Watches this process, from now until the function that comes back ends it. */
export function watchOverload(options: OverloadOptions): {
  readonly gate: AdmissionGate;
  readonly stop: () => void;
} {
  const signals = new LoadSignals(options.clock, options.model);
  const gate = new AdmissionGate({ ...options, take: () => signals.take() });
  const timer = setInterval(() => gate.look(), LOOK_MS);
  // A gateway that is left alone may end without having been closed.
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    signals.stop();
  };
  return { gate, stop };
}
