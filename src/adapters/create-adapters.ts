import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBots } from './bot/create-bots.ts';
import { createCloudEventsAdapter } from './cloud-events.ts';
import { createConsoleAdapter, type LineOutput } from './console.ts';
import { Feed } from './feed.ts';
import { createFileAdapter } from './file.ts';
import { createMqttAdapter } from './mqtt.ts';
import { createOpenaiRealtimeAdapter } from './openai-realtime.ts';
import { createSlackAdapter } from './slack.ts';
import type { Admit } from './socket-io/desk-server.ts';
import { createSocketIoAdapter } from './socket-io.ts';
import { createWebhookAdapter } from './webhook.ts';

export interface Adapters {
  /** All of them, for the host. */
  readonly all: readonly Adapter[];
  /** Also among `all`; what /v1/events serves. Absent when adapters.feed.enabled is false. */
  readonly feed: Feed | undefined;
}

/** What adapters are lent of the process. */
export interface AdapterParts {
  /** Where the console adapter prints. */
  readonly stdout: LineOutput;
  /** Decides who may read events at a port that an adapter opens. */
  readonly admit: Admit;
}

/** The adapters that the configuration asks for. A new one is added here. */
export function createAdapters(config: Config, { stdout, admit }: AdapterParts): Adapters {
  const { adapters, auth, limits } = config;
  const feed = adapters.feed.enabled
    ? new Feed({
        maxQueuedEvents: limits.feedQueueEvents,
        maxSubscribers: limits.maxEventSubscribers,
      })
    : undefined;
  const all: Adapter[] = [
    ...createBots(config),
    ...adapters.cloudEvents.map((target) => createCloudEventsAdapter(target)),
    ...adapters.files.map((file) => createFileAdapter(file)),
    ...adapters.mqtt.map((broker) => createMqttAdapter(broker)),
    ...adapters.openaiRealtime.map((one) => createOpenaiRealtimeAdapter(one, limits.maxCalls)),
    ...adapters.slack.map((channel) => createSlackAdapter(channel)),
    ...adapters.socketIo.map((one) => createSocketIoAdapter(one, auth.allowedOrigins, admit)),
    ...adapters.webhooks.map((webhook) => createWebhookAdapter(webhook)),
  ];
  if (feed) all.push(feed);
  if (adapters.console.enabled) {
    const { format, filter } = adapters.console;
    all.push(createConsoleAdapter({ output: stdout, format, filter }));
  }
  return { all, feed };
}
