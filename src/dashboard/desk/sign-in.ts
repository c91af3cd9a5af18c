import { type Signal, signal } from '@preact/signals';
import type { DeskRole } from '../../protocol/desk-endpoints.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { browserClock } from '../browser-clock.ts';
import { failureOf, reach } from './desk-client.ts';

const TOKENS_PATH = '/v1/tokens';
const STORED_AS = 'tonewire.desk-token';

/** A token is renewed once this share of its life is over. */
const RENEW_AT = 0.8;
const SHORTEST_RENEWAL_MS = 5000;

interface Issued {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * Who sits at the desk. The API key is exchanged for short-lived tokens; the key stays in this
 * page's memory, to renew them, and the token in the tab, so that a reload needs no key.
 */
export class SignIn {
  readonly token: Signal<string | null> = signal(sessionStorage.getItem(STORED_AS));
  #apiKey: string | undefined;
  #role: DeskRole = 'supervisor';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws TW_UNAUTHORIZED for a wrong key, TW_FORBIDDEN for one that opens no desk. */
  async withKey(apiKey: string, role: DeskRole): Promise<void> {
    this.#keep(await askForToken(apiKey, { use: 'desk', role }));
    this.#apiKey = apiKey;
    this.#role = role;
  }

  /** A token to send audio with; none where the gateway is open. Throws TW_UNAUTHORIZED without a key. */
  async streamToken(): Promise<string | undefined> {
    if (this.token.value === null) return undefined;
    if (this.#apiKey === undefined) throw new TonewireError('TW_UNAUTHORIZED');
    return (await askForToken(this.#apiKey, { use: 'stream' })).token;
  }

  out(): void {
    clearTimeout(this.#timer);
    this.#apiKey = undefined;
    sessionStorage.removeItem(STORED_AS);
    this.token.value = null;
  }

  #keep({ token, expiresAt }: Issued): void {
    sessionStorage.setItem(STORED_AS, token);
    this.token.value = token;
    const lifeMs = Date.parse(expiresAt) - browserClock.nowMs();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#renew(),
      Math.max(SHORTEST_RENEWAL_MS, lifeMs * RENEW_AT),
    );
  }

  async #renew(): Promise<void> {
    if (this.#apiKey === undefined) return;
    try {
      this.#keep(await askForToken(this.#apiKey, { use: 'desk', role: this.#role }));
    } catch {
      // The feed or the next request says what is wrong, where somebody sees it; until then, again.
      this.#timer = setTimeout(() => void this.#renew(), SHORTEST_RENEWAL_MS);
    }
  }
}

async function askForToken(apiKey: string, wish: object): Promise<Issued> {
  const response = await reach(TOKENS_PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...wish, origin: location.origin }),
  });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as Issued;
}
