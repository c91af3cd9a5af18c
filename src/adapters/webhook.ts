import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { post } from './http-post.ts';
import { signWebhook } from './webhook-signature.ts';

export type WebhookConfig = Config['adapters']['webhooks'][number];

const SECOND_MS = 1000;

/** Posts events to one HTTP endpoint, signed as Standard Webhooks lay down. */
export function createWebhookAdapter(config: WebhookConfig): Adapter {
  const { name, filter, delivery, maxAttempts, maxQueue, maxInFlight } = config;
  let context: AdapterContext | undefined;
  return {
    name: `webhook:${name}`,
    filter,
    delivery,
    maxAttempts,
    queue: { maxEvents: maxQueue, maxInFlight },
    start(lent) {
      context = lent;
    },
    async event(event, signal) {
      if (!context) throw new TonewireError('TW_INTERNAL', 'The webhook was not started.');
      await deliver(event, config, context, signal);
    },
  };
}

function deliver(
  event: AnyEvent,
  { name, url, secret, previousSecrets, timeoutMs }: WebhookConfig,
  { clock }: AdapterContext,
  signal: AbortSignal,
): Promise<void> {
  const body = eventJson(event);
  // A header takes plain characters only; an id that is already plain stays as it is.
  const id = encodeURIComponent(event.id);
  const timestampS = Math.floor(clock.nowMs() / SECOND_MS);
  const headers = {
    'content-type': 'application/cloudevents+json',
    'user-agent': 'tonewire',
    ...signWebhook(id, timestampS, body, [secret, ...previousSecrets]),
  };
  return post({ who: `Webhook ${name}`, url, headers, body, timeoutMs, signal, clock });
}
