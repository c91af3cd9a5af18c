import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { isLoopbackHost } from '../config/target-url.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Role, TokenUse } from '../protocol/tokens.ts';
import { AccessTokens } from './access-tokens.ts';
import { credentialOf, looksLikeToken, originOf } from './credentials.ts';
import type { RequestHead } from './request-url.ts';

export type Permission = Config['auth']['apiKeys'][number]['permissions'][number];

/** Who makes a request, as far as it was shown. Plain data, so that it can cross a process. */
export interface Principal {
  /** `open`: nobody needs a key; `vendor`: a telephony vendor, by its own signature. */
  readonly kind: 'key' | 'token' | 'open' | 'vendor';
  readonly role: Role;
  /** The id of the key, or whom the token was made for. */
  readonly subject?: string;
  /** The only legs it may send; absent: any. */
  readonly legs?: readonly Leg[];
}

interface KnownKey {
  readonly id: string;
  readonly hash: Buffer;
  readonly permissions: readonly Permission[];
}

const USE_OF: Readonly<Record<Permission, TokenUse>> = { stream: 'stream', events: 'desk' };

/** Decides who may use `/v1/…`: by API key, by token, and on a loopback address without keys anybody of this machine. */
export class Authenticator {
  /** Whether nobody needs a key: development on a loopback address. */
  readonly open: boolean;
  readonly tokens: AccessTokens;
  readonly #keys: readonly KnownKey[];
  readonly #allowedOrigins: readonly string[];
  readonly #publicOrigin: string | undefined;

  constructor({ auth, server }: Pick<Config, 'auth' | 'server'>, clock: Clock) {
    this.open = auth.apiKeys.length === 0 && isLoopbackHost(server.host);
    this.tokens = new AccessTokens(auth, clock);
    this.#keys = auth.apiKeys.map(({ key, ...rest }) => ({ ...rest, hash: sha256(key) }));
    this.#allowedOrigins = auth.allowedOrigins;
    this.#publicOrigin = server.publicOrigin;
  }

  /**
   * Turns a request into whoever makes it. Throws TW_UNAUTHORIZED where the credential is missing,
   * unknown or expired, TW_FORBIDDEN where it does not permit this use, role or page.
   */
  async admit(
    request: RequestHead,
    permission: Permission,
    role: Role = 'viewer',
  ): Promise<Principal> {
    const credential = credentialOf(request);
    const key = this.#find(credential);
    if (key === undefined && credential !== undefined && looksLikeToken(credential)) {
      return this.#bearer(request, credential, permission, role);
    }
    return this.#holder(request, key, permission);
  }

  /** Whoever may hand out tokens: the holder of a key that permits that use itself, and no token. */
  async admitIssuer(request: RequestHead, use: TokenUse): Promise<Principal> {
    const key = this.#find(credentialOf(request));
    return this.#holder(request, key, use === 'desk' ? 'events' : 'stream');
  }

  #holder(request: RequestHead, key: KnownKey | undefined, permission: Permission): Principal {
    if (this.open) {
      requireThisMachine(request);
      return { kind: 'open', role: 'supervisor' };
    }
    if (!key) throw new TonewireError('TW_UNAUTHORIZED', 'The API key is missing or wrong.');
    if (!key.permissions.includes(permission)) {
      throw new TonewireError('TW_FORBIDDEN', `The API key lacks the permission "${permission}".`);
    }
    return { kind: 'key', role: 'supervisor', subject: key.id };
  }

  async #bearer(
    request: RequestHead,
    token: string,
    permission: Permission,
    role: Role,
  ): Promise<Principal> {
    const claims = await this.tokens.verify(token);
    if (claims.use !== USE_OF[permission]) {
      throw new TonewireError('TW_FORBIDDEN', `A ${claims.use} token does not permit this.`);
    }
    if (role === 'supervisor' && claims.role !== role) {
      throw new TonewireError('TW_FORBIDDEN', 'This needs the role "supervisor".');
    }
    this.#requireOrigin(request, claims.origin);
    if (this.open) requireThisMachine(request);
    const { subject, legs } = claims;
    return { kind: 'token', role: claims.role, subject, ...(legs && { legs }) };
  }

  /** A bound token is for its page alone; any other is for programs, our own pages and those listed. */
  #requireOrigin(request: RequestHead, bound: string | undefined): void {
    const own = this.#publicOrigin ?? `http://${request.headers.host ?? ''}`;
    const origin = originOf(request, own);
    const permitted =
      bound === undefined
        ? origin === undefined || origin === own || this.#allowedOrigins.includes(origin)
        : origin === bound;
    if (permitted) return;
    throw new TonewireError('TW_FORBIDDEN', 'The token is not for pages of this origin.');
  }

  /** Compares hashes, and with every key, so that the time taken says nothing. */
  #find(credential: string | undefined): KnownKey | undefined {
    if (credential === undefined) return undefined;
    const hash = sha256(credential);
    return this.#keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
  }
}

/** Without keys a page on the web must not reach in through the user's browser. Throws TW_FORBIDDEN. */
export function requireThisMachine(request: RequestHead): void {
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
