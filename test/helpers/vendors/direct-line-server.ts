import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface DirectLineActivity {
  readonly conversationId: string;
  readonly activity: unknown;
}

export interface DirectLineServer extends VendorServer {
  readonly activities: DirectLineActivity[];
  /** Conversations that were started here, in order. */
  readonly started: string[];
  /** Ends what every token so far was good for. */
  expireTokens(): void;
  /** What the bot answers from now on; 200 unless it fails. */
  botAnswers(status: number): void;
}

const EXPIRES_IN_S = 1800;

const failure = (status: number, code: string): VendorAnswer => ({
  status,
  body: { error: { code, message: code } },
});

/** Direct Line 3.0 before one bot. */
export async function directLineServer(secret: string): Promise<DirectLineServer> {
  const activities: DirectLineActivity[] = [];
  const started: string[] = [];
  const tokens = new Map<string, string>();
  let botStatus = 200;

  const issue = (status: number, conversationId: string): VendorAnswer => {
    const token = `token-${tokens.size + 1}`;
    tokens.set(token, conversationId);
    return { status, body: { conversationId, token, expires_in: EXPIRES_IN_S } };
  };

  const server = await vendorServer(({ method, path, headers, body }) => {
    const credential = headers.authorization?.replace(/^Bearer /, '');
    if (credential === undefined) return failure(401, 'Unauthorized');
    const scope = tokens.get(credential);
    if (credential !== secret && scope === undefined) return failure(403, 'TokenExpired');
    const [, rest = ''] = /^\/v3\/directline\/(.*)$/.exec(path) ?? [];
    if (method !== 'POST') return failure(404, 'NotFound');
    if (rest === 'conversations') {
      started.push(`started-${started.length + 1}`);
      return issue(201, started.at(-1) ?? '');
    }
    if (rest === 'tokens/refresh') {
      return scope === undefined ? failure(400, 'BadArgument') : issue(200, scope);
    }
    const [, part] = /^conversations\/([^/]+)\/activities$/.exec(rest) ?? [];
    if (part === undefined) return failure(404, 'NotFound');
    const conversationId = decodeURIComponent(part);
    if (scope !== undefined && scope !== conversationId) return failure(403, 'BadArgument');
    if (botStatus !== 200) return failure(502, 'BotError');
    activities.push({ conversationId, activity: body });
    return { status: 200, body: { id: `${conversationId}|0000001` } };
  });
  return {
    ...server,
    activities,
    started,
    expireTokens: () => tokens.clear(),
    botAnswers(status) {
      botStatus = status;
    },
  };
}
