import type { Config } from '../../config/schema.ts';
import type { BotContext } from '../../protocol/bot-context.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { Adapter, AdapterContext } from '../adapter.ts';
import { withinLimit } from '../time-limit.ts';
import { conversationOf } from './conversation-id.ts';
import { ConversationOrder } from './conversation-order.ts';

/** What the options of every bot have in common. */
export type BotConfig = Pick<
  Config['adapters']['rasa'][number],
  | 'conversation'
  | 'delivery'
  | 'filter'
  | 'maxAttempts'
  | 'maxInFlight'
  | 'maxQueue'
  | 'name'
  | 'timeoutMs'
>;

/** One thing to tell a bot. */
export interface Telling {
  /** The bot's own id of the conversation. */
  readonly conversation: string;
  readonly context: BotContext;
  /** What the bot was told last in this conversation, if that is known. */
  readonly before: BotContext | undefined;
  readonly event: Extract<AnyEvent, { type: 'context.changed' }>;
  /** Names the bot in errors, such as `Rasa desk`. */
  readonly who: string;
}

/** What a vendor's file provides: how to tell it, once. */
export interface Bot {
  start?(context: AdapterContext): void | Promise<void>;
  /** Tells it; rejects when that failed, with a DeliveryError where more is known. */
  tell(telling: Telling, context: AdapterContext, signal: AbortSignal): Promise<void>;
  stop?(): void | Promise<void>;
}

/**
 * A bot as an adapter: finds the conversation of each context, keeps the order within it, and
 * limits the time of an attempt.
 * @param vendor as it is written, such as `Rasa`
 */
export function createBotAdapter(
  vendor: string,
  config: BotConfig,
  maxConversations: number,
  bot: Bot,
): Adapter {
  const order = new ConversationOrder(maxConversations);
  const who = `${vendor} ${config.name}`;
  let lent: AdapterContext | undefined;
  let mentioned = false;

  async function tell(event: Telling['event'], context: AdapterContext, leaving: AbortSignal) {
    const conversation = conversationOf(config.conversation, event.data);
    if (conversation === undefined) {
      if (!mentioned) context.logger.warn('a call names no conversation of this bot');
      mentioned = true;
      return;
    }
    const told = { time: event.time, context: event.data.context };
    await order.take(conversation, told, (before) => {
      const telling = { conversation, context: event.data.context, before, event, who };
      return withinLimit(who, config.timeoutMs, leaving, (signal) =>
        bot.tell(telling, context, signal),
      );
    });
  }

  return {
    name: `${vendor.toLowerCase().replaceAll(' ', '-')}:${config.name}`,
    events: ['context.changed'],
    filter: config.filter,
    delivery: config.delivery,
    maxAttempts: config.maxAttempts,
    queue: { maxEvents: config.maxQueue, maxInFlight: config.maxInFlight },
    async start(context) {
      lent = context;
      await bot.start?.(context);
    },
    async event(event, signal) {
      if (!lent) throw new TonewireError('TW_INTERNAL', `${who} was not started.`);
      if (event.type === 'context.changed') await tell(event, lent, signal);
    },
    stop: () => bot.stop?.(),
  };
}
