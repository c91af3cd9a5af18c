import type { Clock } from '../../protocol/clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { DirectLineConfig } from '../direct-line.ts';
import { exchange, type HttpAnswer, requireSuccess } from '../http-exchange.ts';

/** Where activities go, and what permits it. */
export interface DirectLineSession {
  readonly id: string;
  /** The secret, or a token that is good for this conversation only. */
  readonly credential: string;
}

interface Kept extends DirectLineSession {
  /** On the monotonic clock. */
  readonly refreshAtMs: number;
}

/** Statuses by which Direct Line says that a token is spent or a conversation is over. */
export const LAPSED: readonly number[] = [401, 403, 404];

/** Refreshed this early, so that no activity meets a token that has just expired. */
const REFRESH_SHARE = 0.8;

/** Conversations that Tonewire started itself, one a key, each with its token. */
export class DirectLineSessions {
  readonly #config: DirectLineConfig;
  readonly #max: number;
  readonly #kept = new Map<string, Kept>();

  /** Keeps `max` of them; beyond, the oldest is given up, and started anew if it is needed again. */
  constructor(config: DirectLineConfig, max: number) {
    this.#config = config;
    this.#max = max;
  }

  /** The conversation of a key: started on first use, its token refreshed before it expires. */
  async of(
    key: string,
    who: string,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<DirectLineSession> {
    const kept = this.#kept.get(key);
    if (kept && clock.monotonicMs() < kept.refreshAtMs) return kept;
    const refreshed = kept && (await this.#ask('tokens/refresh', kept.credential, signal));
    const answer =
      refreshed && !LAPSED.includes(refreshed.status)
        ? refreshed
        : await this.#ask('conversations', this.#config.secret, signal);
    requireSuccess(who, answer, clock);
    const { conversationId, token, expires_in: expiresInS } = parsed(answer.text, who);
    const refreshAtMs = clock.monotonicMs() + expiresInS * 1000 * REFRESH_SHARE;
    const session = { id: conversationId, credential: token, refreshAtMs };
    this.#keep(key, session);
    return session;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  #ask(path: string, credential: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = `${this.#config.url.replace(/\/$/, '')}/v3/directline/${path}`;
    const headers = { authorization: `Bearer ${credential}` };
    return exchange({ method: 'POST', url, headers, signal });
  }

  #keep(key: string, session: Kept): void {
    this.#kept.delete(key);
    if (this.#kept.size >= this.#max) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(key, session);
  }
}

interface StartedConversation {
  readonly conversationId: string;
  readonly token: string;
  readonly expires_in: number;
}

function parsed(text: string | undefined, who: string): StartedConversation {
  let answer: Partial<StartedConversation> | null = null;
  try {
    answer = JSON.parse(text ?? '');
  } catch {
    // Its own message quotes what was sent.
  }
  const { conversationId, token, expires_in } = answer ?? {};
  if (
    typeof conversationId === 'string' &&
    typeof token === 'string' &&
    typeof expires_in === 'number'
  ) {
    return { conversationId, token, expires_in };
  }
  throw new DeliveryError(`${who}: its answer names no conversation and token.`);
}
