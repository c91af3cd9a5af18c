import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { flatContext } from './bot/flat-context.ts';
import { exchange, requireSuccess } from './http-exchange.ts';

export type VoiceflowConfig = Config['adapters']['voiceflow'][number];

/**
 * Merges variables into the state of a Voiceflow conversation:
 * https://docs.voiceflow.com/api-reference/state/update-conversation-variables.
 */
export function createVoiceflowAdapter(config: VoiceflowConfig, maxConversations: number): Adapter {
  const { url, apiKey, projectId, prefix } = config;
  return createBotAdapter('Voiceflow', config, maxConversations, {
    async tell({ conversation, context, who }, { clock }, signal) {
      const answer = await exchange({
        method: 'PATCH',
        url: `${url.replace(/\/$/, '')}/state/user/${encodeURIComponent(conversation)}/variables`,
        headers: { authorization: apiKey, projectID: projectId },
        body: JSON.stringify(flatContext(prefix, context)),
        signal,
      });
      requireSuccess(who, answer, clock);
    },
  });
}
