import type { BotContext } from '../../protocol/bot-context.ts';

/** The context as single variables, for bots that keep no objects: `tonewire_current` and so on. */
export function flatContext(prefix: string, context: BotContext): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}
