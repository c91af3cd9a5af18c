import type { Router } from 'express';
import type { Contexts } from '../adapters/context/contexts.ts';
import type { Config } from '../config/schema.ts';
import type { Authenticator } from './auth.ts';
import { contextRouter } from './context-endpoint.ts';
import { crossOriginRouter } from './cross-origin.ts';
import { type FeedEndpointsOptions, feedRouter } from './feed-endpoints.ts';
import { tokenRouter } from './token-endpoint.ts';

export interface HttpRoutersOptions {
  readonly config: Config;
  readonly auth: Authenticator;
  readonly feed: FeedEndpointsOptions;
  /** Absent when context.enabled is false. */
  readonly contexts: Contexts | undefined;
}

/** What the gateway answers by plain HTTP under `/v1`, in the order it is asked. */
export function httpRouters({ config, auth, feed, contexts }: HttpRoutersOptions): Router[] {
  return [
    crossOriginRouter(config.auth.allowedOrigins),
    contextRouter(auth, contexts),
    feedRouter(feed),
    tokenRouter(auth),
  ];
}
