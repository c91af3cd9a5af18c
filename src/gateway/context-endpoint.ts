import express, { type Router } from 'express';
import type { Contexts } from '../adapters/context/contexts.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Authenticator } from './auth.ts';

/** How a call sounds now, for a bot that asks on its user's turn; `context` is null until it is known. */
export function contextRouter(auth: Authenticator, contexts: Contexts | undefined): Router {
  const router = express.Router();
  router.get('/v1/calls/:callId/context', async (request, response) => {
    await auth.admit(request, 'events');
    if (!contexts) {
      throw new TonewireError('TW_NOT_CONFIGURED', 'Contexts are off: context.enabled is false.');
    }
    const call = contexts.get(request.params.callId);
    if (!call) throw new TonewireError('TW_NOT_FOUND', 'No call of this id is going on.');
    response.set('cache-control', 'no-store');
    response.json({ callId: call.callId, context: call.context ?? null });
  });
  return router;
}
