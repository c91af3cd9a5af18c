import { type RequestHead, requestUrl } from './request-url.ts';

/** The WebSocket subprotocols that carry a key, in base64url, or a token: browsers can set no headers. */
const KEY_SUBPROTOCOL = 'key.';
const TOKEN_SUBPROTOCOL = 'token.';

/** The key or token that a request shows: as a bearer, in its query, or as a subprotocol. */
export function credentialOf(request: RequestHead): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const { searchParams } = requestUrl(request);
  return (
    bearer ?? searchParams.get('token') ?? searchParams.get('key') ?? subprotocolCredential(request)
  );
}

/** Three parts in base64url: a JWT in compact form. */
export function looksLikeToken(credential: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(credential);
}

/**
 * The origin of the page that sends the request; undefined where a program does. A page's plain
 * requests to its own server carry no `Origin`, but say so in a header that no page can set.
 */
export function originOf({ headers }: RequestHead, own: string): string | undefined {
  if (headers.origin !== undefined) return headers.origin;
  return headers['sec-fetch-site'] === 'same-origin' ? own : undefined;
}

function subprotocolCredential(request: RequestHead): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim());
  const token = offered.find((name) => name.startsWith(TOKEN_SUBPROTOCOL));
  if (token !== undefined) return token.slice(TOKEN_SUBPROTOCOL.length);
  const key = offered.find((name) => name.startsWith(KEY_SUBPROTOCOL));
  if (key === undefined) return undefined;
  return Buffer.from(key.slice(KEY_SUBPROTOCOL.length), 'base64url').toString('utf8');
}
