/**
 * The contract between the gateway and whoever sits at a desk: the dashboard of this repository,
 * or one of your own. Sign-in is `POST /v1/tokens` with an API key, asking for a `desk` token.
 */
export * from './desk.ts';
export * from './desk-endpoints.ts';
export * from './desk-feed.ts';
export * from './desk-history.ts';
