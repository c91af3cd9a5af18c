/** What goes onto the wire next: audio, after a hole of so many samples. */
export interface OutgoingAudio {
  readonly skippedSamples: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Chunk {
  /** Position of its first sample, per channel, since the first of the call. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The audio that the gateway has not confirmed: what waits to be sent, and before it what was sent but
 * may be lost with the socket. Positions are samples per channel since the first.
 */
export class AudioBuffer {
  readonly #frameBytes: number;
  readonly #chunks: Chunk[] = [];
  /** How many of the chunks were sent. */
  #sent = 0;
  /** Where the other side stands once it has read all that was sent. */
  #cursor = 0;
  #end = 0;
  #heldBytes = 0;
  #sentBytes = 0;
  #droppedSamples = 0;
  #carry = new Uint8Array(0);

  /** `frameBytes`: one sample of every channel. */
  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  get heldSamples(): number {
    return this.#heldBytes / this.#frameBytes;
  }

  /** Sent and not confirmed. */
  get inFlightSamples(): number {
    return this.#sentBytes / this.#frameBytes;
  }

  get unsentSamples(): number {
    return this.heldSamples - this.inFlightSamples;
  }

  get droppedSamples(): number {
    return this.#droppedSamples;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** The oldest position that can still be sent. */
  get oldest(): number {
    return this.#chunks[0]?.at ?? this.#end;
  }

  /** Takes audio in pieces of at most `maxBytes`; a frame cut in two waits for its rest. */
  push(audio: Uint8Array, maxBytes: number): void {
    const whole = joined(this.#carry, audio);
    const bytes = whole.length - (whole.length % this.#frameBytes);
    this.#carry = whole.slice(bytes);
    const step = Math.max(this.#frameBytes, maxBytes - (maxBytes % this.#frameBytes));
    for (let from = 0; from < bytes; from += step) {
      this.#append(whole.subarray(from, Math.min(bytes, from + step)));
    }
  }

  /** The next audio to send; counts as sent. */
  next(): OutgoingAudio | undefined {
    const chunk = this.#chunks[this.#sent];
    if (chunk === undefined) return undefined;
    const skippedSamples = chunk.at - this.#cursor;
    this.#sent += 1;
    this.#sentBytes += chunk.bytes.length;
    this.#cursor = this.#endOf(chunk);
    return { skippedSamples, bytes: chunk.bytes };
  }

  /** The other side has received everything before this position. */
  confirm(position: number): void {
    while (this.#sent > 0 && this.#endOf(this.#chunks[0]!) <= position) this.#shift();
  }

  /** Drops the oldest audio that was not sent; its place becomes a hole. */
  dropOldest(): void {
    const [dropped] = this.#chunks.splice(this.#sent, 1);
    if (dropped === undefined) return;
    this.#heldBytes -= dropped.bytes.length;
    this.#droppedSamples += dropped.bytes.length / this.#frameBytes;
  }

  /** The socket is lost: nothing counts as sent. */
  unsend(): void {
    this.#sent = 0;
    this.#sentBytes = 0;
  }

  /** The other side goes on at this position: sends again from there. */
  rewind(position: number): void {
    this.unsend();
    this.#cursor = position;
    while (this.#chunks[0] && this.#endOf(this.#chunks[0]) <= position) this.#shift();
    const [first] = this.#chunks;
    if (first === undefined || first.at >= position) return;
    const known = (position - first.at) * this.#frameBytes;
    this.#heldBytes -= known;
    this.#chunks[0] = { at: position, bytes: first.bytes.subarray(known) };
  }

  #append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#chunks.push({ at: this.#end, bytes });
    this.#heldBytes += bytes.length;
    this.#end += bytes.length / this.#frameBytes;
  }

  #shift(): void {
    const { bytes } = this.#chunks.shift()!;
    this.#heldBytes -= bytes.length;
    if (this.#sent === 0) return;
    this.#sent -= 1;
    this.#sentBytes -= bytes.length;
  }

  #endOf({ at, bytes }: Chunk): number {
    return at + bytes.length / this.#frameBytes;
  }
}

/** A copy: the caller may use its array again at once. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
