import type { EventType } from '../protocol/events.ts';
import { duplicates } from './duplicates.ts';
import type { Config } from './schema.ts';
import { isLoopbackHost, isProtectedUrl } from './target-url.ts';

/** Of the adapters: what each option permits but that together would be unsafe or pointless. */
export function adapterErrors({ adapters, auth }: Config): string[] {
  return [
    ...duplicates('adapters.files', 'name', adapters.files),
    ...duplicates('adapters.files', 'path', adapters.files),
    ...duplicates('adapters.mqtt', 'name', adapters.mqtt),
    ...duplicates('adapters.socketIo', 'name', adapters.socketIo),
    ...adapters.socketIo.flatMap(({ host }, index) =>
      isLoopbackHost(host) || auth.apiKeys.length > 0
        ? []
        : [`auth.apiKeys must hold a key when adapters.socketIo[${index}].host is not loopback`],
    ),
    ...adapters.mqtt.flatMap((broker, index) => mqttErrors(broker, `adapters.mqtt[${index}]`)),
  ];
}

const STATE_EVENTS: readonly EventType[] = ['emotion.changed', 'call.ended'];

function mqttErrors(broker: Config['adapters']['mqtt'][number], path: string): string[] {
  const { url, retainState, stateTopic, filter } = broker;
  const errors: string[] = [];
  if (!isProtectedUrl(url, ['mqtts', 'wss'])) {
    errors.push(`${path}.url must be mqtts or wss without credentials, or mqtt or ws to loopback`);
  }
  if (!retainState) return errors;
  const missing = STATE_EVENTS.filter((type) => !filter.events.includes(type));
  if (missing.length > 0) {
    errors.push(`${path}.filter.events must hold ${missing.join(' and ')} with retainState`);
  }
  if (!stateTopic.includes('{callId}') || !stateTopic.includes('{leg}')) {
    errors.push(`${path}.stateTopic must hold {callId} and {leg} with retainState`);
  }
  return errors;
}
