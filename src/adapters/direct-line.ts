import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter, type Telling } from './bot/bot-adapter.ts';
import { type DirectLineSession, DirectLineSessions, LAPSED } from './direct-line/sessions.ts';
import { exchange, requireSuccess } from './http-exchange.ts';

export type DirectLineConfig = Config['adapters']['directLine'][number];

const BOT_FAILED = 502;

/**
 * Sends an event activity to a Microsoft Bot Framework or Copilot Studio bot by Direct Line 3.0:
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-api-reference.
 */
export function createDirectLineAdapter(
  config: DirectLineConfig,
  maxConversations: number,
): Adapter {
  const sessions = new DirectLineSessions(config, maxConversations);
  return createBotAdapter('Direct Line', config, maxConversations, {
    async tell(telling, { clock }, signal) {
      const { who, conversation } = telling;
      const post = (session: DirectLineSession) => postActivity(config, telling, session, signal);
      if (!config.ownConversation) {
        requireDelivered(who, await post({ id: conversation, credential: config.secret }), clock);
        return;
      }
      let answer = await post(await sessions.of(conversation, who, clock, signal));
      if (LAPSED.includes(answer.status)) {
        sessions.forget(conversation);
        answer = await post(await sessions.of(conversation, who, clock, signal));
      }
      requireDelivered(who, answer, clock);
    },
  });
}

function postActivity(
  { url, eventName, userId }: DirectLineConfig,
  { context, event }: Telling,
  { id, credential }: DirectLineSession,
  signal: AbortSignal,
) {
  return exchange({
    method: 'POST',
    url: `${url.replace(/\/$/, '')}/v3/directline/conversations/${encodeURIComponent(id)}/activities`,
    headers: { authorization: `Bearer ${credential}` },
    body: JSON.stringify({
      type: 'event',
      name: eventName,
      from: { id: userId },
      value: context,
      channelData: { callId: event.data.callId, eventId: event.id },
    }),
    signal,
  });
}

function requireDelivered(...[who, answer, clock]: Parameters<typeof requireSuccess>): void {
  const whose = answer.status === BOT_FAILED ? `${who}, the bot itself` : who;
  requireSuccess(whose, answer, clock);
}
