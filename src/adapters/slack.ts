import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { DeliveryError } from './delivery-error.ts';
import { exchange, requireSuccess } from './http-exchange.ts';
import { withinLimit } from './time-limit.ts';

export type SlackConfig = Config['adapters']['slack'][number];

/** Slack takes about one message a second and channel: https://docs.slack.dev/apis/web-api/rate-limits. */
const MESSAGE_INTERVAL_MS = 1000;

/** Errors of chat.postMessage that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'message_limit_exceeded',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** Waits, or rejects as soon as `signal` fires. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<unknown>;

const realWait: Wait = (delayMs, signal) => sleep(delayMs, undefined, { signal });

/** Writes changes of state and alerts into a Slack channel, at most one message a second. */
export function createSlackAdapter(config: SlackConfig, wait: Wait = realWait): Adapter {
  const who = `Slack ${config.name}`;
  let context: AdapterContext | undefined;
  let nextMs = Number.NEGATIVE_INFINITY;

  async function turn(clock: Clock, signal: AbortSignal): Promise<void> {
    const pauseMs = nextMs - clock.monotonicMs();
    if (pauseMs > 0) await wait(pauseMs, signal);
    nextMs = clock.monotonicMs() + MESSAGE_INTERVAL_MS;
  }

  return {
    name: `slack:${config.name}`,
    events: ['emotion.changed', 'alert.raised'],
    filter: config.filter,
    delivery: config.delivery,
    maxAttempts: config.maxAttempts,
    // One at a time: the pace is a channel's.
    queue: { maxEvents: config.maxQueue, maxInFlight: 1 },
    start(lent) {
      context = lent;
    },
    async event(event, signal) {
      if (!context) throw new TonewireError('TW_INTERNAL', 'The Slack adapter was not started.');
      const text = wordsOf(event);
      if (text === undefined) return;
      const { clock } = context;
      const limitMs = config.timeoutMs + MESSAGE_INTERVAL_MS;
      await withinLimit(who, limitMs, signal, async (limit) => {
        await turn(clock, limit);
        await send(text, config, who, clock, limit);
      });
    },
  };
}

async function send(
  text: string,
  { url, token, channel }: SlackConfig,
  who: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const answer = await exchange({
    method: 'POST',
    url,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify({ text, unfurl_links: false, ...(channel !== undefined && { channel }) }),
    signal,
  });
  requireSuccess(who, answer, clock);
  // An incoming webhook says "ok" and no more; chat.postMessage answers 200 to a refusal too.
  if (token !== undefined) requireOk(who, answer.text);
}

function requireOk(who: string, text: string | undefined): void {
  const answer = parsed(text);
  if (answer.ok === true) return;
  const error = typeof answer.error === 'string' ? answer.error : 'no JSON';
  // Slack's error codes are words; whatever else it says is not repeated.
  const reason = /^[a-z_]{1,64}$/.test(error) ? error : 'an unknown error';
  throw new DeliveryError(`${who}: it answered ${reason}.`, {
    prospect: PASSING.has(error) || answer.ok === undefined ? 'passing' : 'permanent',
  });
}

function parsed(text: string | undefined): { ok?: unknown; error?: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What people read; undefined for an event that is none of theirs. */
function wordsOf(event: AnyEvent): string | undefined {
  switch (event.type) {
    case 'emotion.changed': {
      const { callId, leg, atMs, from, to, confidence } = event.data;
      const sure = `${Math.round(confidence * 100)} %`;
      return `${minutes(atMs)} ${leg} of ${escaped(callId)}: ${from} → *${to}* (${sure})`;
    }
    case 'alert.raised': {
      const { callId, leg, atMs, rule, text } = event.data;
      return `:rotating_light: ${minutes(atMs)} ${leg} of ${escaped(callId)}: *${escaped(text)}* (${escaped(rule)})`;
    }
    default:
      return undefined;
  }
}

/** A position as minutes and seconds of audio. */
function minutes(atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** No call id may mention a channel, link or format: Slack's three control characters, and its marks. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`\p{Cc}\p{Cf}]/gu, ' ');
}
