import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { percentEncoded } from './event-placeholders.ts';
import { post } from './http-post.ts';

export type CloudEventsConfig = Config['adapters']['cloudEvents'][number];

/** Posts each event as a CloudEvent, as the HTTP binding 1.0.2 lays down. */
export function createCloudEventsAdapter(config: CloudEventsConfig): Adapter {
  const { name, filter, delivery, maxAttempts, maxQueue, maxInFlight } = config;
  let context: AdapterContext | undefined;
  return {
    name: `cloud-events:${name}`,
    filter,
    delivery,
    maxAttempts,
    queue: { maxEvents: maxQueue, maxInFlight },
    start(lent) {
      context = lent;
    },
    async event(event, signal) {
      if (!context) throw new TonewireError('TW_INTERNAL', 'CloudEvents was not started.');
      const { url, timeoutMs, authorization } = config;
      const { clock } = context;
      const message = config.mode === 'binary' ? binary(event) : structured(event);
      const headers = {
        'user-agent': 'tonewire',
        ...(authorization !== undefined && { authorization }),
        ...message.headers,
      };
      const who = `CloudEvents ${name}`;
      await post({ who, url, headers, body: message.body, timeoutMs, signal, clock });
    },
  };
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Everything in the body (§3.2). */
function structured(event: AnyEvent): Message {
  return {
    // Without a charset, which JSON does not need and the JavaScript SDK does not take.
    headers: { 'content-type': 'application/cloudevents+json' },
    body: eventJson(event),
  };
}

/** The attributes as headers, the data as the body (§3.1). */
function binary({ data, datacontenttype, ...attributes }: AnyEvent): Message {
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    // §3.1.3.2: space, quote, per cent and all that is not printable ASCII are percent-encoded.
    percentEncoded(String(value), /[!#$&-~]/),
  ]);
  return {
    headers: { 'content-type': datacontenttype, ...Object.fromEntries(headers) },
    body: JSON.stringify(data),
  };
}
