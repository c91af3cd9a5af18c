import { TonewireError } from '../protocol/errors.ts';
import type { ClientMessage } from '../protocol/messages.ts';
import { AudioBuffer } from './audio-buffer.ts';
import type { StreamSettings } from './options.ts';
import type { ClientSocket } from './web-socket.ts';
import { type Audio, wireBytes } from './wire-audio.ts';

/** Of the buffer: how much may be on its way, and after how much a confirmation is asked for. */
const IN_FLIGHT_SHARE = 0.5;
const CONFIRM_SHARE = 0.125;

/** Brings the audio of a stream to the gateway, over whatever socket there is: bounded, and sent again where it was lost. */
export class AudioSender {
  readonly #settings: StreamSettings;
  readonly #over: AbortSignal;
  readonly #buffer: AudioBuffer;
  #socket: ClientSocket | undefined;
  #askedAt = 0;
  #ending = false;
  #endSent = false;
  #waiters: (() => void)[] = [];

  constructor(settings: StreamSettings, over: AbortSignal) {
    this.#settings = settings;
    this.#over = over;
    this.#buffer = new AudioBuffer(settings.frameBytes);
    over.addEventListener('abort', () => this.#wake());
  }

  get bufferedMs(): number {
    return this.#toMs(this.#buffer.heldSamples);
  }

  get droppedMs(): number {
    return this.#toMs(this.#buffer.droppedSamples);
  }

  /** The oldest position that can still be sent. */
  get oldest(): number {
    return this.#buffer.oldest;
  }

  /** Resolves when there is room for more. Rejects when the stream is over, with why. */
  async send(audio: Audio): Promise<void> {
    this.#over.throwIfAborted();
    if (this.#ending) throw new TonewireError('TW_OUT_OF_ORDER', 'The stream is ending.');
    const bytes = wireBytes(audio, this.#settings.audio.encoding);
    this.#makeRoom();
    this.#buffer.push(bytes, this.#settings.maxMessageBytes);
    this.#pump();
    while (this.#full) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
      this.#over.throwIfAborted();
    }
  }

  /** After the last audio the call is to end. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** There is a socket, and the gateway waits for audio. */
  attach(socket: ClientSocket): void {
    this.#socket = socket;
    this.#pump();
  }

  detach(): void {
    this.#socket = undefined;
    this.#buffer.unsend();
  }

  /** The gateway goes on at this position. */
  rewind(positionSamples: number): void {
    this.#buffer.rewind(positionSamples);
    this.#askedAt = positionSamples;
    this.#endSent = false;
  }

  /** The gateway has received everything before this position. */
  confirmed(positionSamples: number): void {
    this.#buffer.confirm(positionSamples);
    this.#pump();
    if (!this.#full) this.#wake();
  }

  /** Asks for a confirmation of everything sent so far: its pong comes after all that was read before. */
  ask(): void {
    this.#askedAt = this.#buffer.cursor;
    this.#say({ type: 'ping', id: String(this.#askedAt) });
  }

  #pump(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    while (this.#buffer.inFlightSamples < this.#samplesOf(IN_FLIGHT_SHARE)) {
      const out = this.#buffer.next();
      if (out === undefined) break;
      if (out.skippedSamples > 0) this.#say({ type: 'audio.skip', samples: out.skippedSamples });
      socket.send(out.bytes);
      if (this.#buffer.cursor - this.#askedAt >= this.#samplesOf(CONFIRM_SHARE)) this.ask();
    }
    if (!this.#ending || this.#endSent || this.#buffer.unsentSamples > 0) return;
    this.#endSent = true;
    this.#say({ type: 'session.end' });
  }

  #makeRoom(): void {
    if (!this.#full) return;
    if (this.#settings.whenFull === 'reject') throw new TonewireError('TW_SEND_BUFFER_FULL');
    while (this.#full && this.#buffer.unsentSamples > 0) this.#buffer.dropOldest();
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #say(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  get #full(): boolean {
    return this.#buffer.heldSamples >= this.#samplesOf(1);
  }

  #samplesOf(share: number): number {
    return (this.#settings.maxBufferedMs * this.#settings.audio.sampleRateHz * share) / 1000;
  }

  #toMs(samples: number): number {
    return (samples * 1000) / this.#settings.audio.sampleRateHz;
  }
}
