import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseServerMessage } from '../../src/protocol/validate.ts';
import { vowel } from '../helpers/signals.ts';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';
import { type Received, refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

/**
 * The gateway this suite is about, known by its address only. `TONEWIRE_URL` names one that runs,
 * and `TONEWIRE_KEY` the key it wants (permissions `stream` and `events`); it needs the feed and
 * the metrics on, as they are by default, and it may carry other calls meanwhile. Without
 * `TONEWIRE_URL` the suite starts one of its own.
 */
export class GatewayUnderTest {
  readonly #url: string;
  readonly key: string | undefined;

  private constructor(url: string, key: string | undefined) {
    this.#url = url;
    this.key = key;
  }

  static async reach(): Promise<GatewayUnderTest> {
    const { TONEWIRE_URL, TONEWIRE_KEY } = process.env;
    if (TONEWIRE_URL) return new GatewayUnderTest(TONEWIRE_URL, TONEWIRE_KEY || undefined);
    const key = randomUUID();
    const server = await startTestServer({ 'auth.apiKeys': [{ id: 'conformance', key }] });
    return new GatewayUnderTest(server.url, key);
  }

  /** Stops the gateway where it is the suite's own. */
  leave(): Promise<void> {
    return stopTestServers();
  }

  /** A request with the key, or with this one; an empty one is none. */
  get(path: string, init: RequestInit = {}, key = this.key): Promise<Response> {
    return fetch(new URL(path, this.#url), { ...init, headers: authorization(key) });
  }

  /** An open socket that has shown the key. */
  open(path: string): Promise<WsClient> {
    return WsClient.open(this.#ws(path), ['tonewire.v1'], { headers: authorization(this.key) });
  }

  refused(path: string, key = this.key) {
    return refusedUpgrade(this.#ws(path), { headers: authorization(key) }, ['tonewire.v1']);
  }

  /** Plays a short call from its start to its end; returns all that the caller was told. */
  async playCall(callId: string): Promise<readonly Received[]> {
    const client = await this.open('/v1/stream');
    client.send({ ...START, callId });
    for (const piece of spokenPieces()) client.sendBinary(piece);
    client.send({ type: 'session.end' });
    const { code, reason } = await client.closed;
    assert.deepEqual([code, reason], [1000, 'stopped']);
    assertWellFormed(client.received);
    return client.received;
  }

  #ws(path: string): string {
    return new URL(path, this.#url).href.replace(/^http/, 'ws');
  }
}

/** One leg, and consent, so that a gateway that asks for it analyses the call as well. */
export const START = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 1 },
  consent: 'given',
} as const;

export const SPOKEN_MS = 3000;

/** Something like speech, in messages of 100 ms. */
export function spokenPieces(): Buffer[] {
  const samples = vowel(160, START.audio.sampleRateHz, SPOKEN_MS / 1000, { syllablesHz: 4 });
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [i, sample] of samples.entries()) bytes.writeInt16LE(sample * 32_767, i * 2);
  const pieceBytes = (START.audio.sampleRateHz / 10) * 2;
  return Array.from({ length: bytes.length / pieceBytes }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
}

/** An id that no other call of that gateway has. */
export const newCallId = () => `conformance-${randomUUID()}`;

export const eventsOf = (received: readonly Received[]) =>
  received.filter((message) => 'specversion' in message);

/** Throws unless each is a control reply or an event exactly as its schema says. */
export function assertWellFormed(received: readonly Received[]): void {
  for (const message of received) parseServerMessage(JSON.stringify(message));
}

export interface DocumentedError {
  readonly closeCode: number;
  readonly httpStatus: number;
}

/** What `docs/errors.md` promises of a code. */
export function documented(code: string): DocumentedError {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const row = new RegExp(`^\\| \`${code}\` \\| (\\d+) \\| (\\d+) \\|`, 'm').exec(page);
  assert.ok(row, `docs/errors.md has no ${code}`);
  return { closeCode: Number(row[1]), httpStatus: Number(row[2]) };
}

/** The code in the body of a refused request. */
export async function refusalOf(response: Response) {
  const body: { error: { code: string; message: string } } = JSON.parse(await response.text());
  assert.ok(body.error.message.length > 0);
  return { status: response.status, code: body.error.code };
}

function authorization(key: string | undefined): Record<string, string> {
  return key ? { authorization: `Bearer ${key}` } : {};
}
