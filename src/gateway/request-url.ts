import type { IncomingMessage } from 'node:http';
import { TonewireError } from '../protocol/errors.ts';

/** Where a request goes and what it shows of who sends it. */
export type RequestHead = Pick<IncomingMessage, 'headers' | 'url'>;

const PLACEHOLDER_ORIGIN = 'http://gateway.invalid';

/** The part of a request's URL that the gateway goes by; the host in it is a placeholder. Throws TW_BAD_REQUEST. */
export function requestUrl(request: Pick<RequestHead, 'url'>): URL {
  const target = request.url ?? '/';
  if (URL.canParse(target, PLACEHOLDER_ORIGIN)) return new URL(target, PLACEHOLDER_ORIGIN);
  throw new TonewireError('TW_BAD_REQUEST', 'The request target is not a valid path.');
}
