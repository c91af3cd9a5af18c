import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { flatContext } from './bot/flat-context.ts';
import { readServiceAccount, type ServiceAccount } from './dialogflow/service-account.ts';
import { exchange, requireSuccess } from './http-exchange.ts';

export type DialogflowConfig = Config['adapters']['dialogflow'][number];

/**
 * Sets session parameters of a Dialogflow CX (Conversational Agents) session by `detectIntent` with
 * a custom event: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents.sessions/detectIntent.
 * Outside a turn there is no other way; dialogflow/webhook.ts answers the agent within one.
 */
export function createDialogflowAdapter(
  config: DialogflowConfig,
  keyFile: string,
  maxConversations: number,
): Adapter {
  let account: ServiceAccount;
  return createBotAdapter('Dialogflow', config, maxConversations, {
    async start() {
      account = await readServiceAccount(keyFile);
    },
    async tell({ conversation, context, who }, { clock }, signal) {
      const { languageCode, eventName, prefix } = config;
      const answer = await exchange({
        method: 'POST',
        url: `${endpointOf(config)}/v3/${sessionsOf(config)}${encodeURIComponent(conversation)}:detectIntent`,
        headers: { authorization: `Bearer ${await account.token(clock)}` },
        body: JSON.stringify({
          queryInput: { event: { event: eventName }, languageCode },
          queryParams: { parameters: flatContext(prefix, context) },
        }),
        signal,
      });
      requireSuccess(who, answer, clock);
    },
  });
}

/** What a session of the agent is called, up to its own id. */
export function sessionsOf({
  agent,
  environment,
}: Pick<DialogflowConfig, 'agent' | 'environment'>): string {
  const deployed = environment === undefined ? '' : `/environments/${environment}`;
  return `${agent}${deployed}/sessions/`;
}

function endpointOf({ url, agent }: DialogflowConfig): string {
  if (url !== undefined) return url.replace(/\/$/, '');
  const location = agent.split('/')[3];
  const region = location === 'global' ? '' : `${location}-`;
  return `https://${region}dialogflow.googleapis.com`;
}
