import type { EventType } from '../protocol/events.ts';
import { duplicates } from './duplicates.ts';
import type { Config } from './schema.ts';
import { isLoopbackHost, isProtectedUrl } from './target-url.ts';

/** Of the adapters: what each option permits but that together would be unsafe or pointless. */
export function adapterErrors({ adapters, auth }: Config): string[] {
  return [
    ...duplicates('adapters.cloudEvents', 'name', adapters.cloudEvents),
    ...adapters.cloudEvents.flatMap(({ url }, index) => httpErrors(url, `cloudEvents[${index}]`)),
    ...duplicates('adapters.files', 'name', adapters.files),
    ...duplicates('adapters.files', 'path', adapters.files),
    ...duplicates('adapters.mqtt', 'name', adapters.mqtt),
    ...duplicates('adapters.slack', 'name', adapters.slack),
    ...adapters.slack.flatMap((one, index) => slackErrors(one, `slack[${index}]`)),
    ...duplicates('adapters.socketIo', 'name', adapters.socketIo),
    ...adapters.socketIo.flatMap(({ host }, index) =>
      isLoopbackHost(host) || auth.apiKeys.length > 0
        ? []
        : [`auth.apiKeys must hold a key when adapters.socketIo[${index}].host is not loopback`],
    ),
    ...adapters.mqtt.flatMap((broker, index) => mqttErrors(broker, `adapters.mqtt[${index}]`)),
  ];
}

function httpErrors(url: string, path: string): string[] {
  if (isProtectedUrl(url, ['https'])) return [];
  return [`adapters.${path}.url must be an https URL without credentials, or http to loopback`];
}

function slackErrors(slack: Config['adapters']['slack'][number], path: string): string[] {
  const { url, token, channel } = slack;
  const errors = httpErrors(url, path);
  if ((token === undefined) !== (channel === undefined)) {
    errors.push(`adapters.${path} takes token and channel together, or an incoming webhook alone`);
  }
  if (token === undefined && url.endsWith('/chat.postMessage')) {
    errors.push(`adapters.${path}.url must be an incoming webhook where there is no token`);
  }
  return errors;
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
