import type { IncomingHttpHeaders } from 'node:http';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Config } from '../config/schema.ts';
import type { Principal } from '../gateway/auth.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { Transcript } from '../protocol/messages.ts';

/** A socket whose upgrade was accepted; the socket itself travels beside the message. */
export interface HandedSocket {
  readonly type: 'socket';
  readonly id: number;
  /** The source's. */
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** What the sender sent right behind its request. */
  readonly head: Uint8Array;
  readonly principal: Principal;
}

/** From the primary to a worker; `start` comes first, and once. */
export type WorkerRequest =
  | { readonly type: 'start'; readonly name: string; readonly config: Config }
  | HandedSocket
  /** The call must end: its id belongs to another worker's call. */
  | { readonly type: 'refuse'; readonly callId: string }
  | {
      readonly type: 'transcript';
      readonly source: string;
      readonly callId: string;
      readonly line: Transcript;
    }
  | { readonly type: 'metrics' }
  | { readonly type: 'drain' }
  | { readonly type: 'close' };

/** How busy a worker is. */
export interface WorkerLoad {
  readonly running: number;
  readonly parked: number;
  /** Its admission gate is closed. */
  readonly behind: boolean;
  readonly busyShare: number;
}

/** A metric as prom-client writes it down. */
export type MetricJson = MetricObjectWithValues<MetricValue<string>>;

/** From a worker to the primary. */
export type WorkerReply =
  | { readonly type: 'ready'; readonly modelId: string }
  /** It could not start. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** Events in order, each as JSON. */
  | { readonly type: 'events'; readonly events: readonly string[] }
  /** The sender of this socket has shown who it is. */
  | { readonly type: 'authenticated'; readonly id: number }
  | { readonly type: 'closed'; readonly id: number }
  | { readonly type: 'load'; readonly load: WorkerLoad }
  | { readonly type: 'metrics'; readonly metrics: readonly MetricJson[] }
  | { readonly type: 'drained' };
