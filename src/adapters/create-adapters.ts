import type { Config } from '../config/schema.ts';
import type { Adapter } from './adapter.ts';
import { createBots } from './bot/create-bots.ts';
import { createConsoleAdapter, type LineOutput } from './console.ts';
import { Feed } from './feed.ts';
import { createFileAdapter } from './file.ts';
import { createMqttAdapter } from './mqtt.ts';
import { createWebhookAdapter } from './webhook.ts';

export interface Adapters {
  /** All of them, for the host. */
  readonly all: readonly Adapter[];
  /** Also among `all`; what /v1/events serves. Absent when adapters.feed.enabled is false. */
  readonly feed: Feed | undefined;
}

/** The adapters that the configuration asks for. A new one is added here. */
export function createAdapters(config: Config, output: LineOutput): Adapters {
  const { adapters, limits } = config;
  const feed = adapters.feed.enabled
    ? new Feed({
        maxQueuedEvents: limits.feedQueueEvents,
        maxSubscribers: limits.maxEventSubscribers,
      })
    : undefined;
  const all: Adapter[] = [
    ...createBots(config),
    ...adapters.files.map((file) => createFileAdapter(file)),
    ...adapters.mqtt.map((broker) => createMqttAdapter(broker)),
    ...adapters.webhooks.map((webhook) => createWebhookAdapter(webhook)),
  ];
  if (feed) all.push(feed);
  if (adapters.console.enabled) {
    const { format, filter } = adapters.console;
    all.push(createConsoleAdapter({ output, format, filter }));
  }
  return { all, feed };
}
