import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface LexSessionState {
  readonly sessionAttributes?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

export interface LexServer extends VendorServer {
  /** States by session id; the bot changes them too. */
  readonly sessions: Map<string, LexSessionState>;
}

const SESSION = /^\/bots\/([^/]+)\/botAliases\/([^/]+)\/botLocales\/([^/]+)\/sessions\/([^/]+)$/;

const failure = (status: number, type: string): VendorAnswer => ({
  status,
  headers: { 'x-amzn-errortype': type, 'x-amzn-requestid': 'r-1' },
  body: { message: type },
});

/** Amazon Lex V2's runtime, as far as sessions go, for whoever signs with the access key. */
export async function lexServer(accessKeyId: string): Promise<LexServer> {
  const sessions: LexServer['sessions'] = new Map();
  const server = await vendorServer(({ method, path, headers, body }) => {
    const signer = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
    if (signer !== accessKeyId) return failure(403, 'UnrecognizedClientException');
    const id = decodeURIComponent(SESSION.exec(path)?.[4] ?? '');
    if (id === '') return failure(404, 'UnknownOperationException');
    const state = sessions.get(id);
    if (method === 'GET') {
      if (state === undefined) return failure(404, 'ResourceNotFoundException');
      return { status: 200, body: { sessionId: id, sessionState: state, interpretations: [] } };
    }
    // It replaces: whoever leaves a part out loses it.
    sessions.set(id, Object(body).sessionState);
    return { status: 200, headers: { 'x-amz-lex-session-id': id } };
    // The SDK's client speaks HTTP/2, because conversations stream.
  }, 'h2');
  return { ...server, sessions };
}
