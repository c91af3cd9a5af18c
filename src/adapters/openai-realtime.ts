import { WebSocket } from 'ws';
import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBotAdapter } from './bot/bot-adapter.ts';
import { spokenHint } from './bot/spoken-hint.ts';
import { DeliveryError } from './delivery-error.ts';
import { RealtimeSession, type RealtimeSocket } from './openai-realtime/realtime-session.ts';

export type OpenaiRealtimeConfig = Config['adapters']['openaiRealtime'][number];

/** One session, and the call that it was told of last. */
interface Running {
  readonly session: RealtimeSession;
  callId: string;
}

/**
 * Opens a second connection, a sideband, to a session that the app owns, or hands over the app's.
 * @param session what `conversation` names: OpenAI's own id of the call, rtc_…
 */
export type OpenSession = (session: string, signal: AbortSignal) => Promise<RealtimeSocket>;

/** Messages that are longer, such as audio, end the sideband; nothing else of ours needs them. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Tells OpenAI Realtime sessions how the caller sounds, for the next thing the model says. */
export function createOpenaiRealtimeAdapter(
  config: OpenaiRealtimeConfig,
  maxSessions: number,
  open: OpenSession = sideband(config),
): Adapter {
  const sessions = new Map<string, Running>();

  async function sessionFor(name: string, callId: string, who: string, signal: AbortSignal) {
    const running = sessions.get(name);
    if (running && !running.session.closed) {
      running.callId = callId;
      return running.session;
    }
    const session = new RealtimeSession(await open(name, signal), who);
    const [oldest] = sessions.keys();
    if (oldest !== undefined && sessions.size >= maxSessions) end(oldest);
    sessions.set(name, { session, callId });
    return session;
  }

  function end(name: string): void {
    sessions.get(name)?.session.close();
    sessions.delete(name);
  }

  function endCall(callId: string): void {
    for (const [name, running] of sessions) if (running.callId === callId) end(name);
  }

  const bot = createBotAdapter('OpenAI Realtime', config, maxSessions, {
    async tell({ conversation, context, event, who }, _lent, signal) {
      const session = await sessionFor(conversation, event.data.callId, who, signal);
      const hint = spokenHint(context);
      if (config.instructions === undefined) await session.say(event.id, hint, signal);
      else await session.instruct(`${config.instructions}\n\n${hint}`, signal);
    },
    stop() {
      for (const name of [...sessions.keys()]) end(name);
    },
  });
  return {
    ...bot,
    events: ['context.changed', 'call.ended'],
    event: (event, signal) =>
      event.type === 'call.ended' ? endCall(event.data.callId) : bot.event?.(event, signal),
  };
}

/** https://developers.openai.com/api/docs/guides/realtime-server-controls */
function sideband({ url, apiKey }: OpenaiRealtimeConfig): OpenSession {
  return (session, signal) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      target.searchParams.set('call_id', session);
      const socket = new WebSocket(target, {
        headers: { authorization: `Bearer ${apiKey}` },
        maxPayload: MAX_MESSAGE_BYTES,
        // A redirect could lead the key anywhere.
        followRedirects: false,
      });
      const cut = () => socket.terminate();
      signal.addEventListener('abort', cut, { once: true });
      socket.once('open', () => {
        signal.removeEventListener('abort', cut);
        resolve(socket);
      });
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        reject(refused(response.statusCode ?? 0));
        socket.terminate();
      });
      socket.on('error', reject);
      if (signal.aborted) cut();
    });
}

function refused(status: number): DeliveryError {
  const permanent = status === 400 || status === 404;
  return new DeliveryError(`OpenAI Realtime: the session was refused (${status}).`, {
    prospect: permanent ? 'permanent' : 'passing',
  });
}
