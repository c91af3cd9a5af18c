import type { RequestListener, ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { errorFields, type Logger } from '../log/logger.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { GatewayMetrics } from './metrics.ts';
import { requestUrl } from './request-url.ts';

/** Why a gateway takes no new calls; undefined when it does. */
export type Unready = 'draining' | 'at capacity' | 'overloaded' | 'no worker' | undefined;

export interface HttpAppOptions {
  readonly routers: readonly Router[];
  readonly metrics: GatewayMetrics;
  readonly serveMetrics: boolean;
  readonly unready: () => Unready;
  readonly logger: Logger;
}

const ABOUT = {
  name: 'tonewire',
  what: 'Hears how something is said, while it is being said: live audio in, emotion events out.',
  paths: {
    'wss /v1/stream':
      'Send audio from an app: JSON control and binary audio, subprotocol tonewire.v1.',
    'wss /v1/events': 'Follow the events of all calls; ?callId=, ?leg= and ?types= narrow it.',
    'GET /v1/events': 'The same as server-sent events.',
    'GET /v1/calls/{callId}/context': 'How a call sounds now, in five fields for a bot.',
    'wss /v1/desk': 'What a dashboard follows: a snapshot of live calls, then what changes.',
    'GET /v1/calls/live': 'The live calls, once.',
    'POST /v1/calls/search': 'Finished calls.',
    'POST /v1/tokens': 'Trade an API key for a short-lived token that a browser may hold.',
    'POST /dialogflow/webhook': 'Point a Dialogflow CX agent here (adapters.dialogflow).',
    'POST /twilio/voice': 'Point a Twilio number here.',
    'POST /twilio/transcription': "Callbacks of Twilio's real-time transcription.",
    'wss /twilio/media': 'Twilio Media Streams.',
    'GET /healthz': 'Whether the process lives.',
    'GET /readyz': 'Whether it takes new calls.',
    'GET /metrics': 'Numbers for Prometheus.',
  },
};

/** The plain HTTP side: health, metrics, what the sources and the feed bring, and coded errors. */
export function httpApp(options: HttpAppOptions): RequestListener {
  const { routers, metrics, serveMetrics, unready, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const reason = unready();
    if (reason === undefined) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'unready', reason });
  });
  if (serveMetrics) {
    app.get('/metrics', async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.text());
    });
  }
  for (const router of routers) app.use(router);
  // Last, because the desk may have a page to show here.
  app.get('/', (_request, response) => void response.json(ABOUT));
  app.use(() => {
    throw new TonewireError('TW_NOT_FOUND');
  });
  app.use(answerError(metrics, logger));
  return (request, response) => {
    try {
      const { pathname, search } = requestUrl(request);
      // As a proxy is asked; Express would trip over some of these, and answer with a page.
      if (!request.url?.startsWith('/')) request.url = pathname + search;
    } catch (cause) {
      answerCoded(response, codedError(cause), metrics);
      return;
    }
    app(request, response);
  };
}

function answerCoded(response: ServerResponse, error: TonewireError, metrics: GatewayMetrics) {
  const { code, message, row } = error;
  metrics.refused(code);
  response.statusCode = row.httpStatus;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ error: { code, message } }));
}

/** Express knows an error handler by its four parameters. */
function answerError(metrics: GatewayMetrics, logger: Logger) {
  return (cause: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const error = codedError(cause);
    if (error.code === 'TW_INTERNAL') logger.error('request failed', errorFields(cause));
    if (response.headersSent) {
      metrics.refused(error.code);
      next(cause);
      return;
    }
    answerCoded(response, error, metrics);
  };
}

/** The body parser marks what the sender did wrong with a 4xx status; its text may quote the body. */
function codedError(cause: unknown): TonewireError {
  if (cause instanceof TonewireError) return cause;
  const status =
    typeof cause === 'object' && cause !== null && 'status' in cause ? Number(cause.status) : 500;
  if (status === 413) {
    return new TonewireError('TW_MESSAGE_TOO_LARGE', 'The request body is too large.', { cause });
  }
  const code = status >= 400 && status < 500 ? 'TW_BAD_REQUEST' : 'TW_INTERNAL';
  return new TonewireError(code, undefined, { cause });
}
