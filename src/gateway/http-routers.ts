import type { IncomingMessage } from 'node:http';
import type { Router } from 'express';
import type { Contexts } from '../adapters/context/contexts.ts';
import { dialogflowWebhook } from '../adapters/dialogflow/webhook.ts';
import type { Config } from '../config/schema.ts';
import type { Authenticator } from './auth.ts';
import { contextRouter } from './context-endpoint.ts';
import { crossOriginRouter } from './cross-origin.ts';
import { type FeedEndpointsOptions, feedRouter } from './feed-endpoints.ts';
import type { Unready } from './http-app.ts';
import { streamCheckRouter } from './stream-check.ts';
import { tokenRouter } from './token-endpoint.ts';

export interface HttpRoutersOptions {
  readonly config: Config;
  readonly auth: Authenticator;
  readonly feed: FeedEndpointsOptions;
  /** Absent when context.enabled is false. */
  readonly contexts: Contexts | undefined;
  readonly unready: () => Unready;
}

/** What the gateway answers by plain HTTP beside its sources, in the order it is asked. */
export function httpRouters({
  config,
  auth,
  feed,
  contexts,
  unready,
}: HttpRoutersOptions): Router[] {
  const agents = config.adapters.dialogflow;
  const admit = (request: IncomingMessage) => auth.admit(request, 'events');
  return [
    crossOriginRouter(config.auth.allowedOrigins),
    contextRouter(auth, contexts),
    ...(agents.length > 0 ? [dialogflowWebhook({ agents, contexts, admit })] : []),
    feedRouter(feed),
    tokenRouter(auth),
    streamCheckRouter(auth, unready),
  ];
}
