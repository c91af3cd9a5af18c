import type { ErrorCode } from '../../protocol/errors.ts';
import type { EngineModel, EngineName } from './load-engine.ts';
import type { StepRoom } from './step-memory.ts';

/** What an engine's thread starts with. */
export interface EngineThreadData {
  readonly name: EngineName;
  readonly model: EngineModel;
  readonly threads: number;
}

/** To the thread. Steps come one at a time, over the memory that was named last. */
export type EngineRequest =
  | { readonly type: 'memory'; readonly block: SharedArrayBuffer; readonly room: StepRoom }
  | { readonly type: 'step'; readonly step: StepRoom }
  | { readonly type: 'close' };

/** From the thread: once `loaded` or `failed`, then `done` or `failed` for every step. */
export type EngineReply =
  | { readonly type: 'loaded'; readonly name: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };
