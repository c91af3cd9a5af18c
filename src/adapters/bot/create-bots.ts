import type { Config } from '../../config/schema.ts';
import type { Adapter } from '../adapter.ts';
import { createBotpressAdapter } from '../botpress.ts';
import { createDialogflowAdapter } from '../dialogflow.ts';
import { createDirectLineAdapter } from '../direct-line.ts';
import { createLexAdapter } from '../lex.ts';
import { createRasaAdapter } from '../rasa.ts';
import { createVoiceflowAdapter } from '../voiceflow.ts';

/** The bots that the configuration names. */
export function createBots({ adapters, limits }: Config): Adapter[] {
  const { maxCalls } = limits;
  return [
    ...adapters.botpress.map((bot) => createBotpressAdapter(bot, maxCalls)),
    // Without a key nothing is sent: the agent asks by its webhook.
    ...adapters.dialogflow.flatMap((bot) =>
      bot.keyFile === undefined ? [] : [createDialogflowAdapter(bot, bot.keyFile, maxCalls)],
    ),
    ...adapters.directLine.map((bot) => createDirectLineAdapter(bot, maxCalls)),
    ...adapters.lex.map((bot) => createLexAdapter(bot, maxCalls)),
    ...adapters.rasa.map((bot) => createRasaAdapter(bot, maxCalls)),
    ...adapters.voiceflow.map((bot) => createVoiceflowAdapter(bot, maxCalls)),
  ];
}
