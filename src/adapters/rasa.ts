import type { Config } from '../config/schema.ts';
import type { BotContext } from '../protocol/bot-context.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { flatContext } from './bot/flat-context.ts';
import { exchange, requireSuccess } from './http-exchange.ts';

export type RasaConfig = Config['adapters']['rasa'][number];

/**
 * Sets slots of a Rasa conversation (HTTP API, tracker events), and makes the bot act on them where
 * an intent is to be triggered: https://rasa.com/docs/reference/api/pro/http-api.
 */
export function createRasaAdapter(config: RasaConfig, maxConversations: number): Adapter {
  return createBotAdapter('Rasa', config, maxConversations, {
    async tell({ conversation, context, before, who }, { clock }, signal) {
      const post = async (path: string, query: Record<string, string>, body: unknown) => {
        const url = rasaUrl(config, conversation, path, query);
        const headers = authorization(config);
        const answer = await exchange({
          method: 'POST',
          url,
          headers,
          body: JSON.stringify(body),
          signal,
        });
        requireSuccess(who, answer, clock);
      };
      await post('tracker/events', {}, slots(config.prefix, context));
      const { triggerIntent } = config;
      if (!triggerIntent || !begins(triggerIntent, context, before)) return;
      const { name, outputChannel } = triggerIntent;
      await post('trigger_intent', { output_channel: outputChannel }, { name, entities: {} });
    },
  });
}

function slots(prefix: string, context: BotContext) {
  return Object.entries(flatContext(prefix, context)).map(([name, value]) => ({
    event: 'slot',
    name,
    value,
  }));
}

/** Whether what was asked for is so now and was not before. */
function begins(
  { current, trend }: NonNullable<RasaConfig['triggerIntent']>,
  context: BotContext,
  before: BotContext | undefined,
): boolean {
  const wanted = (told: BotContext) => current.includes(told.current) && trend.includes(told.trend);
  return wanted(context) && !(before && wanted(before));
}

function rasaUrl(
  { url, token }: RasaConfig,
  conversation: string,
  path: string,
  query: Record<string, string>,
): string {
  const base = url.replace(/\/$/, '');
  const parameters = new URLSearchParams({
    include_events: 'NONE',
    ...query,
    ...(token !== undefined && { token }),
  });
  return `${base}/conversations/${encodeURIComponent(conversation)}/${path}?${parameters}`;
}

function authorization({ jwt }: RasaConfig): Record<string, string> {
  return jwt === undefined ? {} : { authorization: `Bearer ${jwt}` };
}
