import Type, { type Static } from 'typebox';
import { LEGS } from './labels.ts';

/** What a token opens: `stream` sends audio, `desk` follows calls and their history. */
export const TOKEN_USES = ['stream', 'desk'] as const;
export type TokenUse = (typeof TOKEN_USES)[number];

/** What somebody at a desk may do: a viewer looks, a supervisor also changes things. */
export const ROLES = ['viewer', 'supervisor'] as const;
export type Role = (typeof ROLES)[number];

/** The body of `POST /v1/tokens`. */
export const TokenRequestSchema = Type.Object(
  {
    use: Type.Enum(TOKEN_USES),
    role: Type.Optional(Type.Enum(ROLES, { description: 'Of a desk token. Default: viewer.' })),
    origin: Type.Optional(
      Type.String({
        pattern: '^https?://[a-z0-9.:\\[\\]-]{1,253}$',
        description:
          'The only web page origin that may use the token, such as https://app.example.com.',
      }),
    ),
    legs: Type.Optional(
      Type.Array(Type.Enum(LEGS), {
        minItems: 1,
        maxItems: LEGS.length,
        uniqueItems: true,
        description: 'The only legs that a stream token may send. Default: any.',
      }),
    ),
    lifetimeMs: Type.Optional(
      Type.Integer({
        minimum: 1000,
        description: 'At most auth.maxTokenLifetimeMs. Default: 600000 (10 min), or that.',
      }),
    ),
    subject: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._@-]{1,64}$',
        description: 'Your own id of whoever gets the token. Default: the id of the API key.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TokenRequest = Static<typeof TokenRequestSchema>;

/** The answer to `POST /v1/tokens`. */
export interface TokenResponse {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}
