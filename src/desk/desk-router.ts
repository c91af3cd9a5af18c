import express, { type Request, type Response, type Router } from 'express';
import type { Authenticator, Principal } from '../gateway/auth.ts';
import { VERSION } from '../package-root.ts';
import {
  type CallExport,
  CallExportSchema,
  type CallerDeletion,
  CallerDeletionSchema,
  type DaysQuery,
  DaysQuerySchema,
  DESK_ENDPOINTS,
  type DeskEndpointName,
  type DeskSession,
  type HistoryExport,
  HistoryExportSchema,
  type HistoryQuery,
  HistoryQuerySchema,
  type NewNote,
  NewNoteSchema,
} from '../protocol/dashboard.ts';
import { checkOf } from '../protocol/validate.ts';
import type { Desk } from './desk.ts';
import { sendCall, sendHistory } from './history/history-export.ts';
import type { SampleCalls } from './sample-calls.ts';

/** A search with every filter, and a note of the greatest length in JSON's worst spelling, are below this. */
const MAX_BODY = '32kb';

const parse = {
  search: checkOf<HistoryQuery>(HistoryQuerySchema),
  days: checkOf<DaysQuery>(DaysQuerySchema),
  exportHistory: checkOf<HistoryExport>(HistoryExportSchema),
  exportCall: checkOf<CallExport>(CallExportSchema),
  caller: checkOf<CallerDeletion>(CallerDeletionSchema),
  note: checkOf<NewNote>(NewNoteSchema),
};

export interface DeskRouterOptions {
  readonly desk: Desk;
  readonly auth: Authenticator;
  readonly samples: SampleCalls;
}

/** What a handler is given beside the request. */
interface Asked {
  readonly principal: Principal;
  readonly callId: string;
  readonly alertId: string;
  readonly body: unknown;
  readonly query: unknown;
  readonly response: Response;
}

/** Answers with JSON; undefined when it has written the response itself. */
type Handler = (asked: Asked) => unknown;

/** The HTTP side of the desk: every endpoint of the contract, its role checked before its body is read. */
export function deskRouter(options: DeskRouterOptions): Router {
  const router = express.Router();
  const body = express.json({ limit: MAX_BODY });
  const handlers = handlersOf(options);
  for (const name of Object.keys(DESK_ENDPOINTS) as DeskEndpointName[]) {
    const { method, path, role } = DESK_ENDPOINTS[name];
    const admit = async (request: Request, response: Response) => {
      response.locals.principal = await options.auth.admit(request, 'events', role);
    };
    router[method === 'GET' ? 'get' : method === 'POST' ? 'post' : 'delete'](
      path,
      (request, response, next) => admit(request, response).then(() => next(), next),
      body,
      (request, response) => answer(handlers[name], request, response),
    );
  }
  return router;
}

async function answer(handler: Handler, request: Request, response: Response): Promise<void> {
  const { callId = '', alertId = '' } = request.params as Readonly<Record<string, string>>;
  const { principal } = response.locals as { principal: Principal };
  const { body, query } = request;
  // Personal data: no proxy and no browser keeps it.
  response.set('cache-control', 'no-store');
  const answered = await handler({ principal, callId, alertId, body, query, response });
  if (answered !== undefined) response.json(answered);
}

function handlersOf({ desk, auth, samples }: DeskRouterOptions): Record<DeskEndpointName, Handler> {
  return {
    session: ({ principal }): DeskSession => ({
      open: auth.open,
      role: principal.role,
      name: nameOf(principal),
      version: VERSION,
      sampleCall: samples.enabled,
      history: desk.historyFacts(),
    }),
    liveCalls: () => desk.liveCalls(),
    history: ({ body }) => desk.requireHistory().search.page(parse.search(body)),
    call: ({ callId }) => desk.call(callId),
    days: ({ query }) => desk.requireHistory().days(parse.days(query)),
    exportHistory: ({ body, response }) =>
      sendHistory(desk.requireHistory().search, parse.exportHistory(body), response),
    exportCall: async ({ callId, body, response }) => {
      const { format } = parse.exportCall(body);
      await sendCall(await desk.call(callId), format, response);
    },
    deleteCall: ({ callId }) => ({ calls: desk.deleteCall(callId) }),
    deleteCaller: ({ body }) => ({ calls: desk.deleteCaller(parse.caller(body).caller) }),
    acknowledge: ({ callId, alertId, principal }) =>
      desk.acknowledge(callId, alertId, nameOf(principal)),
    addNote: ({ callId, principal, body }) =>
      desk.addNote(callId, nameOf(principal), parse.note(body)),
    playSampleCall: async () => ({ callId: await samples.play() }),
    sampleCallAudio: async ({ response }) => {
      response.type('audio/wav').send(await samples.audio());
    },
  };
}

/** Who signs acknowledgements and notes. */
function nameOf({ subject, kind }: Principal): string {
  return subject ?? (kind === 'open' ? 'this machine' : kind);
}
