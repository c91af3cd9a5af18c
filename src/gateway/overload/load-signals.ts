import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { AnalyserLoad } from '../../pipeline/analysis.ts';
import type { Clock } from '../../protocol/clock.ts';

/** How busy this process was since the last look. */
export interface LoadSample {
  /** How late a timer was, at the 99th percentile. */
  readonly eventLoopDelayMs: number;
  readonly eventLoopBusyShare: number;
  /** How long the oldest step has been waiting for the model. */
  readonly backlogMs: number;
  readonly engineBusyShare: number;
}

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

/** Measures the event loop, by Node's own instruments, and the model. */
export class LoadSignals {
  readonly #clock: Clock;
  readonly #model: () => AnalyserLoad;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #sampledMs: number;
  #engineBusyMs: number;

  constructor(clock: Clock, model: () => AnalyserLoad) {
    this.#clock = clock;
    this.#model = model;
    this.#sampledMs = clock.monotonicMs();
    this.#engineBusyMs = model().busyMs;
    this.#delay.enable();
  }

  /** What happened since the last call. */
  take(): LoadSample {
    const nowMs = this.#clock.monotonicMs();
    const { oldestWaitMs, busyMs } = this.#model();
    const passedMs = Math.max(1, nowMs - this.#sampledMs);
    const sample = {
      eventLoopDelayMs: Math.max(0, this.#delay.percentile(99) / NANOSECONDS - RESOLUTION_MS),
      eventLoopBusyShare: performance.eventLoopUtilization(this.#utilization).utilization,
      backlogMs: oldestWaitMs,
      engineBusyShare: Math.min(1, (busyMs - this.#engineBusyMs) / passedMs),
    };
    this.#delay.reset();
    this.#utilization = performance.eventLoopUtilization();
    this.#sampledMs = nowMs;
    this.#engineBusyMs = busyMs;
    return sample;
  }

  stop(): void {
    this.#delay.disable();
  }
}
