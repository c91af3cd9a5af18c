import type * as LexSdk from '@aws-sdk/client-lex-runtime-v2';
import type { Config } from '../config/schema.ts';
import type { BotContext } from '../protocol/bot-context.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { flatContext } from './bot/flat-context.ts';
import { lexFailure } from './lex/lex-failure.ts';
import { limitAnswers } from './lex/limit-answers.ts';
import { loadPeer } from './load-peer.ts';

export type LexConfig = Config['adapters']['lex'][number];

const PACKAGE = '@aws-sdk/client-lex-runtime-v2';
/** Otherwise Lex speaks what the bot would say. */
const responseContentType = 'text/plain; charset=utf-8';

/**
 * Merges session attributes into an Amazon Lex V2 session, by the AWS SDK, which finds region and
 * credentials where it always does. PutSession replaces the session's state, so it is read first
 * and put back whole: https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_PutSession.html.
 */
export function createLexAdapter(config: LexConfig, maxConversations: number): Adapter {
  let link: LexLink | undefined;
  return createBotAdapter('Lex', config, maxConversations, {
    async start() {
      link = await openLink(config);
    },
    async tell({ conversation, context, who }, { clock }, signal) {
      if (!link) throw new TonewireError('TW_INTERNAL', `${who} was not started.`);
      try {
        await merge(link, config, conversation, attributes(config.prefix, context), signal);
      } catch (cause) {
        throw lexFailure(cause, who, clock);
      }
    },
    stop: () => link?.client.destroy(),
  });
}

interface LexLink {
  readonly sdk: typeof LexSdk;
  readonly client: LexSdk.LexRuntimeV2Client;
}

async function openLink({ region, endpoint }: LexConfig): Promise<LexLink> {
  const sdk = await loadPeer(PACKAGE, () => import('@aws-sdk/client-lex-runtime-v2'));
  const client = new sdk.LexRuntimeV2Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // The host tries again, with longer pauses.
    maxAttempts: 1,
  });
  limitAnswers(client.middlewareStack);
  return { sdk, client };
}

/** Reads the session's state and puts it back with `ours` among its attributes. */
async function merge(
  { sdk, client }: LexLink,
  { botId, botAliasId, localeId }: LexConfig,
  sessionId: string,
  ours: Record<string, string>,
  abortSignal: AbortSignal,
): Promise<void> {
  const session = { botId, botAliasId, localeId, sessionId };
  const state = await client
    .send(new sdk.GetSessionCommand(session), { abortSignal })
    .then(({ sessionState }) => sessionState)
    .catch((cause: unknown) => {
      // A session that is yet to begin.
      if (cause instanceof sdk.ResourceNotFoundException) return undefined;
      throw cause;
    });
  const sessionState = { ...state, sessionAttributes: { ...state?.sessionAttributes, ...ours } };
  const put = new sdk.PutSessionCommand({ ...session, sessionState, responseContentType });
  const { audioStream } = await client.send(put, { abortSignal });
  // Read to its end, or its connection would be lost to the pool.
  await audioStream?.transformToByteArray();
}

/** Lex knows attributes of text only. */
function attributes(prefix: string, context: BotContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(flatContext(prefix, context)).map(([name, value]) => [name, String(value)]),
  );
}
