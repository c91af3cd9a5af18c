import { jwtVerify } from 'jose';
import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface BotpressEvent {
  readonly conversationId: string;
  readonly userId: string;
  readonly payload: unknown;
}

export interface BotpressServer extends VendorServer {
  readonly events: BotpressEvent[];
}

const failure = (code: number, type: string): VendorAnswer => ({
  status: code,
  body: { id: `err_${code}`, code, type, message: type },
});

/** Botpress' chat API of one integration: with keys of known users, or with an encryption key. */
export async function botpressServer(
  webhookId: string,
  keys: { readonly users?: Readonly<Record<string, string>>; readonly encryptionKey?: string },
): Promise<BotpressServer> {
  const events: BotpressEvent[] = [];
  const server = await vendorServer(async ({ method, path, headers, body }) => {
    if (method !== 'POST' || path !== `/${webhookId}/events`) return failure(404, 'RouteNotFound');
    const userId = await userOf(String(headers['x-user-key'] ?? ''), keys);
    if (userId === undefined) return failure(401, 'Unauthorized');
    const { conversationId, payload } = Object(body);
    if (typeof conversationId !== 'string' || typeof payload !== 'object') {
      return failure(400, 'InvalidPayload');
    }
    const event = { conversationId, userId, payload };
    events.push(event);
    return { status: 201, body: { event: { id: 'event-1', ...event } } };
  });
  return { ...server, events };
}

async function userOf(
  key: string,
  { users = {}, encryptionKey }: Parameters<typeof botpressServer>[1],
): Promise<string | undefined> {
  if (encryptionKey === undefined) return users[key];
  try {
    const secret = new TextEncoder().encode(encryptionKey);
    const { payload } = await jwtVerify(key, secret, { algorithms: ['HS256'] });
    return typeof payload.id === 'string' ? payload.id : undefined;
  } catch {
    return undefined;
  }
}
