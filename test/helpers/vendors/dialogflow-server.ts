import { type CryptoKey, jwtVerify } from 'jose';
import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface DialogflowServer extends VendorServer {
  /** Parameters by session name. */
  readonly sessions: Map<string, Record<string, unknown>>;
}

const MAX_SESSION_ID = 36;

const failure = (code: number, status: string): VendorAnswer => ({
  status: code,
  body: { error: { code, message: status, status } },
});

/** Dialogflow CX' REST API, as far as detectIntent goes, for whoever signs with the account's key. */
export async function dialogflowServer(
  email: string,
  key: CryptoKey,
  now: Date,
): Promise<DialogflowServer> {
  const sessions: DialogflowServer['sessions'] = new Map();
  const server = await vendorServer(async ({ method, path, headers, body }) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    const audience = 'https://dialogflow.googleapis.com/';
    const rules = { algorithms: ['RS256'], issuer: email, subject: email, audience };
    try {
      await jwtVerify(token, key, { ...rules, currentDate: now, maxTokenAge: '1h' });
    } catch {
      return failure(401, 'UNAUTHENTICATED');
    }
    const [, agent, part] =
      /^\/v3\/(projects\/.+\/sessions\/)([^/]+):detectIntent$/.exec(path) ?? [];
    if (method !== 'POST' || part === undefined) return failure(404, 'NOT_FOUND');
    const id = decodeURIComponent(part);
    if (id.length > MAX_SESSION_ID) return failure(400, 'INVALID_ARGUMENT');
    const { queryInput, queryParams } = Object(body);
    if (!queryInput?.event?.event || !queryInput.languageCode) {
      return failure(400, 'INVALID_ARGUMENT');
    }
    const session = `${agent}${id}`;
    sessions.set(session, { ...sessions.get(session), ...queryParams?.parameters });
    return { status: 200, body: { responseId: 'r', queryResult: { responseMessages: [] } } };
  });
  return { ...server, sessions };
}
