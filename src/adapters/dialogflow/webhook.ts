import type { IncomingMessage } from 'node:http';
import express, { type Router } from 'express';
import { TonewireError } from '../../protocol/errors.ts';
import { conversationOf } from '../bot/conversation-id.ts';
import { flatContext } from '../bot/flat-context.ts';
import type { Contexts } from '../context/contexts.ts';
import { type DialogflowConfig, sessionsOf } from '../dialogflow.ts';

export const DIALOGFLOW_WEBHOOK_PATH = '/dialogflow/webhook';

/** A request holds the whole session: its parameters, its page, what was said. */
const MAX_REQUEST = '1mb';

/** What of an agent's options the webhook needs. */
export type DialogflowAgent = Pick<
  DialogflowConfig,
  'agent' | 'environment' | 'conversation' | 'prefix'
>;

export interface DialogflowWebhookOptions {
  readonly agents: readonly DialogflowAgent[];
  readonly contexts: Contexts | undefined;
  /** Rejects unless the request may read events. */
  readonly admit: (request: IncomingMessage) => Promise<unknown>;
}

/**
 * Answers the webhook of a Dialogflow CX agent, on the user's turn, with how the caller sounds:
 * https://cloud.google.com/dialogflow/cx/docs/concept/webhook.
 */
export function dialogflowWebhook({ agents, contexts, admit }: DialogflowWebhookOptions): Router {
  const router = express.Router();
  // Who may not ask is turned away before a body is read.
  router.post(DIALOGFLOW_WEBHOOK_PATH, async (request, _response, next) => {
    await admit(request);
    next();
  });
  router.post(
    DIALOGFLOW_WEBHOOK_PATH,
    express.json({ limit: MAX_REQUEST }),
    (request, response) => {
      const session = sessionOf(request.body);
      response.json({ sessionInfo: { parameters: parametersFor(session, agents, contexts) } });
    },
  );
  return router;
}

function sessionOf(body: unknown): string {
  const { sessionInfo } = Object(body);
  const { session } = Object(sessionInfo);
  if (typeof session === 'string') return session;
  throw new TonewireError('TW_BAD_REQUEST', 'sessionInfo.session is missing.');
}

/** None while nothing is known: an agent whose webhook fails would tell the caller so. */
function parametersFor(
  session: string,
  agents: readonly DialogflowAgent[],
  contexts: Contexts | undefined,
): Record<string, string | number> {
  const agent = agents.find((candidate) => session.startsWith(sessionsOf(candidate)));
  if (!agent) {
    throw new TonewireError('TW_NOT_FOUND', 'adapters.dialogflow names no such agent.');
  }
  const id = session.slice(sessionsOf(agent).length);
  const call = contexts?.find((name) => conversationOf(agent.conversation, name) === id);
  return call?.context ? flatContext(agent.prefix, call.context) : {};
}
