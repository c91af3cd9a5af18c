import type { IClientOptions, IClientPublishOptions, MqttClient } from 'mqtt';
import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent, EventData } from '../protocol/events.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { fillIn, PLACEHOLDERS, percentEncoded } from './event-placeholders.ts';
import { loadPeer } from './load-peer.ts';
import { within } from './within.ts';

export type MqttConfig = Config['adapters']['mqtt'][number];

type QualityOfService = NonNullable<IClientPublishOptions['qos']>;

/** Between two attempts to connect. */
const RECONNECT_MS = 2000;
/** How long leaving may take; the broker notices a client that is gone by itself. */
const LEAVE_MS = 1000;

/** Publishes each event to a topic of an MQTT broker; MQTT 3.1.1, by the package mqtt. */
export function createMqttAdapter(config: MqttConfig): Adapter {
  let link: BrokerLink | undefined;
  return {
    name: `mqtt:${config.name}`,
    filter: config.filter,
    delivery: config.delivery,
    queue: { maxEvents: config.maxQueue, maxInFlight: config.maxInFlight },
    async start(context) {
      const { connect } = await loadPeer('mqtt', () => import('mqtt'));
      link = new BrokerLink(config, connect(config.url, optionsOf(config)), context);
    },
    async event(event, signal) {
      if (!link) throw new TonewireError('TW_INTERNAL', 'The MQTT adapter was not started.');
      await link.send(event, signal);
    },
    stop: () => link?.leave(),
  };
}

function optionsOf({ username, password, clientId, timeoutMs, statusTopic }: MqttConfig) {
  const options: IClientOptions = {
    connectTimeout: timeoutMs,
    reconnectPeriod: RECONNECT_MS,
    // What the host's queue holds must not pile up a second time in the client.
    queueQoSZero: false,
    // The broker says it when this process no longer can.
    will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(clientId !== undefined && { clientId }),
  };
  return options;
}

/** One connection to a broker, made again whenever it breaks. */
class BrokerLink {
  readonly #config: MqttConfig;
  readonly #client: MqttClient;
  /** Fires when the adapter stops: nobody waits for the broker then. */
  readonly #leaving = new AbortController();

  constructor(config: MqttConfig, client: MqttClient, { logger }: AdapterContext) {
    this.#config = config;
    this.#client = client;
    client.on('connect', () => {
      logger.info('broker connected');
      client.publish(config.statusTopic, 'online', { qos: 1, retain: true });
    });
    // Without a listener an error would end the process; the client tries again by itself.
    client.on('error', (error) => {
      logger.warn('broker refused or was not reached', {
        code: 'code' in error ? String(error.code) : null,
      });
    });
  }

  /** Resolves once the broker has taken the event, or at QoS 0 once it was written. */
  async send(event: AnyEvent, signal: AbortSignal): Promise<void> {
    const { timeoutMs, topic, retainState } = this.#config;
    const limit = AbortSignal.any([signal, this.#leaving.signal, AbortSignal.timeout(timeoutMs)]);
    await this.#connected(limit);
    await this.#publish(topicOf(topic, event), eventJson(event), { qos: this.#qos }, limit);
    if (retainState) await this.#retain(event, limit);
  }

  /** Says goodbye, which the broker's will would say otherwise, and closes. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    const { statusTopic } = this.#config;
    if (this.#client.connected) {
      const goodbye = this.#client.publishAsync(statusTopic, 'offline', { qos: 1, retain: true });
      await within(LEAVE_MS, goodbye);
    }
    await within(LEAVE_MS, this.#client.endAsync(true));
  }

  /** The newest label of each leg stays at the broker for whoever comes later, until the call ends. */
  async #retain(event: AnyEvent, limit: AbortSignal): Promise<void> {
    const options = { qos: this.#qos, retain: true };
    if (event.type === 'emotion.changed') {
      const topic = topicOf(this.#config.stateTopic, event);
      await this.#publish(topic, JSON.stringify(stateOf(event)), options, limit);
    }
    if (event.type !== 'call.ended') return;
    for (const { leg } of event.data.legs) {
      // An empty message is how MQTT takes a retained one back.
      await this.#publish(topicOf(this.#config.stateTopic, event, leg), '', options, limit);
    }
  }

  get #qos(): QualityOfService {
    // The schema takes no other.
    return this.#config.qos as QualityOfService;
  }

  #connected(limit: AbortSignal): Promise<void> {
    if (limit.aborted) return Promise.reject(this.#failure('no connection in time'));
    if (this.#client.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const connected = () => {
        limit.removeEventListener('abort', late);
        resolve();
      };
      const late = () => {
        this.#client.off('connect', connected);
        reject(this.#failure('no connection in time'));
      };
      this.#client.once('connect', connected);
      limit.addEventListener('abort', late, { once: true });
    });
  }

  #publish(
    topic: string,
    payload: string,
    options: IClientPublishOptions,
    limit: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const before = this.#client.getLastMessageId();
      const late = () => {
        reject(this.#failure('no acknowledgement in time'));
        // Forgotten by the client too, or a broker that never acknowledges would fill its memory.
        if (messageId !== before) this.#client.removeOutgoingMessage(messageId);
      };
      this.#client.publish(topic, payload, options, (cause) => {
        limit.removeEventListener('abort', late);
        if (cause) reject(this.#failure('the message was not taken', cause));
        else resolve();
      });
      const messageId = this.#client.getLastMessageId();
      limit.addEventListener('abort', late, { once: true });
    });
  }

  #failure(reason: string, cause?: unknown): TonewireError {
    return new TonewireError('TW_ADAPTER_FAILED', `MQTT ${this.#config.name}: ${reason}.`, {
      cause,
    });
  }
}

/** No call may name a level or a wildcard of its own, or a topic of the broker's. */
function topicOf(template: string, event: AnyEvent, leg?: Leg): string {
  return fillIn(template, (name) => {
    const text = name === 'leg' && leg ? leg : PLACEHOLDERS[name](event);
    return percentEncoded(text, /[A-Za-z0-9_.:@~-]/);
  });
}

function stateOf({ id, time, data }: Extract<AnyEvent, { type: 'emotion.changed' }>) {
  const { callId, leg, atMs, to, confidence }: EventData<'emotion.changed'> = data;
  return { callId, leg, label: to, confidence, atMs, time, eventId: id };
}
