import express, { type Request, type Response, type Router } from 'express';
import { parseTokenRequest } from '../protocol/validate.ts';
import type { Authenticator } from './auth.ts';

const TOKENS_PATH = '/v1/tokens';
const MAX_BODY = '4kb';

/** `POST /v1/tokens`: trades an API key for a short-lived token, to be called by an app's own server. */
export function tokenRouter(auth: Authenticator): Router {
  const router = express.Router();
  const body = express.json({ limit: MAX_BODY });
  router.post(TOKENS_PATH, body, (request, response) => issueToken(auth, request, response));
  return router;
}

async function issueToken(
  auth: Authenticator,
  request: Request,
  response: Response,
): Promise<void> {
  const wish = parseTokenRequest(request.body);
  const { subject } = await auth.admitIssuer(request, wish.use);
  const issued = await auth.tokens.issue(wish, subject ?? 'open');
  response.status(201).set('cache-control', 'no-store').json(issued);
}
