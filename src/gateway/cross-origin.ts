import cors from 'cors';
import express, { type Router } from 'express';
import { EVENTS_PATH } from './feed-endpoints.ts';

/**
 * Lets pages of these origins read the feed by plain requests. Nothing else is answered across
 * origins: WebSockets need no leave, and tokens are fetched by an app's own server.
 */
export function crossOriginRouter(allowedOrigins: readonly string[]): Router {
  const router = express.Router();
  const options = {
    origin: [...allowedOrigins],
    methods: ['GET'],
    allowedHeaders: ['authorization'],
  };
  router.use(EVENTS_PATH, cors(options));
  return router;
}
