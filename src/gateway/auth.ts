import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../config/combinations.ts';
import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';

export type Permission = Config['auth']['apiKeys'][number]['permissions'][number];

interface KnownKey {
  readonly hash: Buffer;
  readonly permissions: readonly Permission[];
}

/** The WebSocket subprotocol that carries a key: browsers can set no headers. */
const KEY_SUBPROTOCOL = 'key.';

/** Decides who may use `/v1/…`, by API key; on a loopback address without keys it is open to this machine. */
export class Authenticator {
  /** Whether nobody needs a key: development on a loopback address. */
  readonly open: boolean;
  readonly #keys: readonly KnownKey[];

  constructor({ auth, server }: Pick<Config, 'auth' | 'server'>) {
    this.open = auth.apiKeys.length === 0 && isLoopbackHost(server.host);
    this.#keys = auth.apiKeys.map(({ key, permissions }) => ({ hash: sha256(key), permissions }));
  }

  /** Throws TW_UNAUTHORIZED for an unknown key, TW_FORBIDDEN for one that lacks the permission. */
  require(request: IncomingMessage, permission: Permission): void {
    if (this.open) {
      requireThisMachine(request);
      return;
    }
    const known = this.#find(credentialOf(request));
    if (!known) throw new TonewireError('TW_UNAUTHORIZED', 'The API key is missing or wrong.');
    if (!known.permissions.includes(permission)) {
      throw new TonewireError('TW_FORBIDDEN', `The API key lacks the permission "${permission}".`);
    }
  }

  /** Compares hashes, and with every key, so that the time taken says nothing. */
  #find(credential: string | undefined): KnownKey | undefined {
    if (credential === undefined) return undefined;
    const hash = sha256(credential);
    return this.#keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
  }
}

const PLACEHOLDER_ORIGIN = 'http://gateway.invalid';

/** The part of a request's URL that the gateway goes by; the host in it is a placeholder. */
export function requestUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  if (URL.canParse(target, PLACEHOLDER_ORIGIN)) return new URL(target, PLACEHOLDER_ORIGIN);
  throw new TonewireError('TW_BAD_REQUEST', 'The request target is not a valid path.');
}

function credentialOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? requestUrl(request).searchParams.get('key') ?? subprotocolKey(request);
}

function subprotocolKey(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
  const carrier = offered
    .map((name) => name.trim())
    .find((name) => name.startsWith(KEY_SUBPROTOCOL));
  if (carrier === undefined) return undefined;
  return Buffer.from(carrier.slice(KEY_SUBPROTOCOL.length), 'base64url').toString('utf8');
}

/** Without keys a page on the web must not reach in through the user's browser. Throws TW_FORBIDDEN. */
export function requireThisMachine(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  const asked = [`http://${host ?? ''}`, ...(origin === undefined ? [] : [origin])];
  if (asked.every(isLoopbackUrl)) return;
  throw new TonewireError(
    'TW_FORBIDDEN',
    'Without credentials only pages and programs of this machine may connect.',
  );
}

function isLoopbackUrl(text: string): boolean {
  return URL.canParse(text) && isLoopbackHost(new URL(text).hostname.replace(/^\[|\]$/g, ''));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
