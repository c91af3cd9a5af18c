import cors from 'cors';
import express, { type Router } from 'express';
import { TonewireError } from '../protocol/errors.ts';
import type { Authenticator } from './auth.ts';
import type { Unready } from './http-app.ts';
import { APP_STREAM_PATH } from './sources/app.ts';

/**
 * A browser is not told why its WebSocket was refused. A plain GET of the same address is: the coded
 * error, or 204 where the upgrade would be accepted. Any page may ask, for it has to bring the
 * credential itself, and learns nothing but whether that is good.
 */
export function streamCheckRouter(auth: Authenticator, unready: () => Unready): Router {
  const router = express.Router();
  router.use(APP_STREAM_PATH, cors({ methods: ['GET'], allowedHeaders: ['authorization'] }));
  router.get(APP_STREAM_PATH, async (request, response) => {
    await auth.admit(request, 'stream');
    const reason = unready();
    if (reason === 'draining') throw new TonewireError('TW_DRAINING');
    if (reason !== undefined) throw new TonewireError('TW_TOO_MANY_CONNECTIONS');
    response.status(204).end();
  });
  return router;
}
