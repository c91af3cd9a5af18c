import type { BotContext } from '../../protocol/bot-context.ts';

interface Told {
  /** The event's time; ISO 8601 in UTC, so that the later is the greater. */
  readonly time: string;
  readonly context: BotContext;
}

/** What is to be told now; `before` is what was told last, if that is still known. */
export type Tell = (before: BotContext | undefined) => Promise<void>;

/**
 * Keeps each conversation's tellings apart and in order: one at a time, and never an older one
 * after a newer, which a second attempt could otherwise bring. Conversations do not wait for each
 * other.
 */
export class ConversationOrder {
  readonly #maxConversations: number;
  readonly #turns = new Map<string, Promise<void>>();
  readonly #told = new Map<string, Told>();

  /** Remembers what was told to this many conversations; beyond, the one told longest ago goes. */
  constructor(maxConversations: number) {
    this.#maxConversations = maxConversations;
  }

  /** Conversations about which something is kept. */
  get size(): number {
    return Math.max(this.#told.size, this.#turns.size);
  }

  /** Settles as `tell` does; resolves without it when something newer was told already. */
  async take(conversation: string, { time, context }: Told, tell: Tell): Promise<void> {
    const before = this.#turns.get(conversation) ?? Promise.resolve();
    const mine = before.then(async () => {
      const told = this.#told.get(conversation);
      if (told && told.time > time) return;
      await tell(told?.context);
      this.#remember(conversation, { time, context });
    });
    const settled = mine.catch(() => undefined);
    this.#turns.set(conversation, settled);
    try {
      await mine;
    } finally {
      if (this.#turns.get(conversation) === settled) this.#turns.delete(conversation);
    }
  }

  #remember(conversation: string, told: Told): void {
    this.#told.delete(conversation);
    if (this.#told.size >= this.#maxConversations) {
      const [oldest] = this.#told.keys();
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    this.#told.set(conversation, told);
  }
}
