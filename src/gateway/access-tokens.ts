import { randomBytes, randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Role, TokenRequest, TokenResponse, TokenUse } from '../protocol/tokens.ts';

/** What a token that verified says of its bearer. */
export interface TokenClaims {
  readonly use: TokenUse;
  readonly role: Role;
  readonly subject: string;
  readonly origin?: string;
  readonly legs?: readonly Leg[];
}

const ALGORITHM = 'HS256';
const ISSUER = 'tonewire';
const DEFAULT_LIFETIME_MS = 600_000;
const SECRET_BYTES = 32;

/** Issues and verifies the short-lived tokens (JWT, HS256) that browsers are given instead of API keys. */
export class AccessTokens {
  readonly #secret: Uint8Array;
  readonly #maxLifetimeMs: number;
  readonly #clock: Clock;

  constructor({ tokenSecret, maxTokenLifetimeMs }: Config['auth'], clock: Clock) {
    this.#secret =
      tokenSecret === undefined ? randomBytes(SECRET_BYTES) : Buffer.from(tokenSecret, 'utf8');
    this.#maxLifetimeMs = maxTokenLifetimeMs;
    this.#clock = clock;
  }

  /** `issuer` names whose key asked. Throws TW_BAD_MESSAGE for a wish that cannot be granted. */
  async issue(request: TokenRequest, issuer: string): Promise<TokenResponse> {
    const { use, role = 'viewer', origin, legs, subject = issuer } = request;
    const lifetimeMs = request.lifetimeMs ?? Math.min(DEFAULT_LIFETIME_MS, this.#maxLifetimeMs);
    if (lifetimeMs > this.#maxLifetimeMs) {
      throw new TonewireError('TW_BAD_MESSAGE', `lifetimeMs is above ${this.#maxLifetimeMs}.`);
    }
    requireFitting(request);
    const nowMs = this.#clock.nowMs();
    const expires = new Date(nowMs + lifetimeMs);
    const token = await new SignJWT({ role, ...(origin && { origin }), ...(legs && { legs }) })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(use)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(new Date(nowMs))
      .setExpirationTime(expires)
      .sign(this.#secret);
    return { token, expiresAt: expires.toISOString() };
  }

  /** Throws TW_UNAUTHORIZED unless it was signed with our secret and has not expired. */
  async verify(token: string): Promise<TokenClaims> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        // Fixed here, so that a token cannot choose how it is checked.
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['exp', 'aud', 'sub', 'role'],
        currentDate: new Date(this.#clock.nowMs()),
      });
      return claimsOf(payload);
    } catch (cause) {
      throw new TonewireError('TW_UNAUTHORIZED', 'The token is not valid, or it has expired.', {
        cause,
      });
    }
  }
}

/** A wish that would be ignored is a mistake that its author should hear of. */
function requireFitting({ use, role, legs }: TokenRequest): void {
  if (use === 'stream' && role !== undefined) {
    throw new TonewireError('TW_BAD_MESSAGE', 'Bad message: role is for desk tokens.');
  }
  if (use === 'desk' && legs !== undefined) {
    throw new TonewireError('TW_BAD_MESSAGE', 'Bad message: legs is for stream tokens.');
  }
}

/** Only `issue` signs with this secret, so the shape is known once the signature holds. */
function claimsOf({ aud, sub = '', role, origin, legs }: JWTPayload): TokenClaims {
  return {
    use: aud as TokenUse,
    role: role as Role,
    subject: sub,
    ...(origin !== undefined && { origin: origin as string }),
    ...(legs !== undefined && { legs: legs as Leg[] }),
  };
}
