import { SUBPROTOCOL } from '../protocol/app-protocol.ts';

/**
 * The subprotocols to offer. A browser's WebSocket can set no header, so the credential travels as
 * one: a token (JWT) as it is, anything else, an API key, in base64url.
 */
export function subprotocols(credential: string | undefined): string[] {
  if (credential === undefined) return [SUBPROTOCOL];
  const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential);
  return [SUBPROTOCOL, isToken ? `token.${credential}` : `key.${base64url(credential)}`];
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
