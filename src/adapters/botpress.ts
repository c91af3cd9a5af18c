import { SignJWT } from 'jose';
import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { conversationOf } from './bot/conversation-id.ts';
import type { CallName } from './context/contexts.ts';
import { DeliveryError } from './delivery-error.ts';
import { exchange, requireSuccess } from './http-exchange.ts';

export type BotpressConfig = Config['adapters']['botpress'][number];

/**
 * Sends a custom event into a conversation of Botpress' chat integration:
 * https://botpress.com/docs/api-reference/chat-api/openapi/createEvent.
 */
export function createBotpressAdapter(config: BotpressConfig, maxConversations: number): Adapter {
  const { url, webhookId, eventName } = config;
  return createBotAdapter('Botpress', config, maxConversations, {
    async tell({ conversation, context, event, who }, { clock }, signal) {
      const { callId } = event.data;
      const answer = await exchange({
        method: 'POST',
        url: `${url.replace(/\/$/, '')}/${encodeURIComponent(webhookId)}/events`,
        headers: { 'x-user-key': await userKey(config, event.data) },
        body: JSON.stringify({
          conversationId: conversation,
          payload: { type: eventName, callId, eventId: event.id, ...context },
        }),
        signal,
      });
      requireSuccess(who, answer, clock);
    },
  });
}

/** The key of one user, or, where the integration has an encryption key, one that we sign for the call's. */
async function userKey(
  { userKey, encryptionKey, user, name }: BotpressConfig,
  call: CallName,
): Promise<string> {
  if (userKey !== undefined) return userKey;
  const id = conversationOf(user, call);
  if (encryptionKey === undefined || id === undefined) {
    throw new DeliveryError(`Botpress ${name}: the call names no user.`, { prospect: 'permanent' });
  }
  return new SignJWT({ id })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(encryptionKey));
}
