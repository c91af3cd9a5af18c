/** The thread that an engine computes on; engine-thread.ts starts it and talks to it. */
import { parentPort, workerData } from 'node:worker_threads';
import { toTonewireError } from '../../protocol/errors.ts';
import type { EngineReply, EngineRequest, EngineThreadData } from './engine-messages.ts';
import { loadEngine } from './load-engine.ts';
import { StepMemory, type StepRoom } from './step-memory.ts';

const { name, model, threads }: EngineThreadData = workerData;
const reply = (message: EngineReply) => parentPort?.postMessage(message);
const fail = (cause: unknown) => {
  const { code, message } = toTonewireError(cause, 'TW_ENGINE_FAILED');
  reply({ type: 'failed', code, message });
};

try {
  const engine = await loadEngine(name, model, { threads });
  let memory: StepMemory | undefined;

  const run = async (step: StepRoom) => {
    const views = memory!.views(step);
    // Native libraries refuse shared memory: they are given copies.
    const frames = views.frames.slice();
    const state = views.state.slice();
    const output = await engine.step({ ...step, frames, state });
    views.state.set(output.state);
    views.logits.set(output.logits);
    reply({ type: 'done' });
  };

  parentPort?.on('message', (request: EngineRequest) => {
    if (request.type === 'step') void run(request.step).catch(fail);
    else if (request.type === 'memory') {
      memory = new StepMemory(model.manifest.shape, request.room, request.block);
    } else void engine.close().finally(() => parentPort?.close());
  });
  reply({ type: 'loaded', name: engine.name });
} catch (cause) {
  fail(cause);
}
