import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface RasaServer extends VendorServer {
  /** Slots by conversation. */
  readonly trackers: Map<string, Map<string, unknown>>;
  /** Which intents were triggered, in order. */
  readonly triggered: { conversation: string; name: string; channel: string | null }[];
}

interface SlotEvent {
  readonly event: string;
  readonly name: string;
  readonly value: unknown;
}

const failure = (status: number, reason: string): VendorAnswer => ({
  status,
  body: { version: '3.6.20', status: 'failure', message: reason, reason, code: status },
});

/** Rasa's HTTP API with `--auth-token`, as far as events and intents go. */
export async function rasaServer(token: string, intents: readonly string[]): Promise<RasaServer> {
  const trackers: RasaServer['trackers'] = new Map();
  const triggered: RasaServer['triggered'] = [];
  const server = await vendorServer(({ method, path, query, body }) => {
    if (query.get('token') !== token) return failure(401, 'NotAuthenticated');
    const [, conversation, action] =
      /^\/conversations\/([^/]+)\/(tracker\/events|trigger_intent)$/.exec(path) ?? [];
    if (method !== 'POST' || conversation === undefined) return failure(404, 'NotFound');
    const id = decodeURIComponent(conversation);
    if (action === 'trigger_intent') {
      const { name } = body as { name: string };
      if (!intents.includes(name)) return failure(404, 'NotFound');
      triggered.push({ conversation: id, name, channel: query.get('output_channel') });
      return { status: 200, body: { tracker: {}, messages: [] } };
    }
    if (!Array.isArray(body)) return failure(400, 'BadRequest');
    const slots = trackers.get(id) ?? new Map<string, unknown>();
    for (const { event, name, value } of body as SlotEvent[]) {
      if (event !== 'slot') return failure(400, 'BadRequest');
      slots.set(name, value);
    }
    trackers.set(id, slots);
    return { status: 200, body: { sender_id: id, slots: Object.fromEntries(slots) } };
  });
  return { ...server, trackers, triggered };
}
