import { randomUUID } from 'node:crypto';
import { Session, type SessionContext } from '../gateway/session.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import { readSampleRecording, type SampleRecording } from './sample-recording.ts';

/** Audio handed over at once, as an app would. */
const SLICE_MS = 100;
const BYTES_PER_SAMPLE = 2;

const OFF = 'desk.maxSampleCalls is 0, or the calls run in workers.';

/** Plays the sample call into the gateway's own sessions, in real time, for whoever tries the page. */
export class SampleCalls {
  readonly #context: SessionContext | undefined;
  readonly #maxPlaying: number;
  #recording: Promise<SampleRecording> | undefined;
  #playing = 0;

  /** Without sessions in this process none is played. */
  constructor(context: SessionContext | undefined) {
    this.#context = context;
    this.#maxPlaying = context?.config.desk.maxSampleCalls ?? 0;
  }

  get enabled(): boolean {
    return this.#maxPlaying > 0;
  }

  /**
   * Starts a call and returns its id. Throws TW_NOT_CONFIGURED, TW_RATE_LIMITED when as many as
   * desk.maxSampleCalls play, or whatever keeps any call from starting.
   */
  async play(): Promise<string> {
    const context = this.#context;
    if (!this.enabled || context === undefined) throw new TonewireError('TW_NOT_CONFIGURED', OFF);
    if (this.#playing >= this.#maxPlaying) {
      throw new TonewireError('TW_RATE_LIMITED', 'As many sample calls play as may.');
    }
    // Counted before the wait, so that two who press at once are two.
    this.#playing += 1;
    try {
      const recording = await this.#read();
      return this.#start(context, recording, () => {
        this.#playing -= 1;
      });
    } catch (cause) {
      this.#playing -= 1;
      throw cause;
    }
  }

  /** The recording as a WAV file. Throws TW_NOT_CONFIGURED. */
  async audio(): Promise<Buffer> {
    if (this.enabled) return (await this.#read()).wav;
    throw new TonewireError('TW_NOT_CONFIGURED', OFF);
  }

  #read(): Promise<SampleRecording> {
    this.#recording ??= readSampleRecording();
    return this.#recording;
  }

  #start(
    context: SessionContext,
    { legs, sampleRateHz }: SampleRecording,
    onEnded: () => void,
  ): string {
    const callId = `sample-${randomUUID()}`;
    let timer: NodeJS.Timeout | undefined;
    const session = new Session(context, true, ({ type }) => {
      if (type !== 'session.ended' && type !== 'failed') return;
      clearInterval(timer);
      onEnded();
    });
    const format = { encoding: 'pcm_s16le', sampleRateHz } as const;
    session.handle({
      type: 'start',
      callId,
      source: 'sample',
      legs: legs.map(({ leg }) => ({ leg, format })),
      metadata: {},
      consent: 'given',
    });
    timer = setInterval(feeder(session, context.clock, { legs, sampleRateHz }), SLICE_MS);
    return callId;
  }
}

/** Hands over what is due by the clock, so that late timers never add up. */
function feeder(
  session: Session,
  clock: Clock,
  { legs, sampleRateHz }: Omit<SampleRecording, 'wav'>,
): () => void {
  const startedMs = clock.monotonicMs();
  const totalBytes = legs[0]?.pcm.length ?? 0;
  let sentBytes = 0;
  return () => {
    const dueSamples = Math.floor(((clock.monotonicMs() - startedMs) * sampleRateHz) / 1000);
    const dueBytes = Math.min(totalBytes, dueSamples * BYTES_PER_SAMPLE);
    try {
      for (const { leg, pcm } of legs) {
        session.handle({ type: 'audio', leg, bytes: pcm.subarray(sentBytes, dueBytes) });
      }
      sentBytes = dueBytes;
      if (sentBytes === totalBytes) void session.end('stopped');
    } catch (cause) {
      void session.fail(toTonewireError(cause));
    }
  };
}
