import { type VendorAnswer, type VendorServer, vendorServer } from './vendor-server.ts';

export interface VoiceflowServer extends VendorServer {
  /** Variables by user. */
  readonly states: Map<string, Record<string, unknown>>;
}

const failure = (code: number, status: string): VendorAnswer => ({
  status: code,
  body: { code, status, message: status },
});

/** Voiceflow's runtime for one project, as far as variables go. */
export async function voiceflowServer(apiKey: string, projectId: string): Promise<VoiceflowServer> {
  const states: VoiceflowServer['states'] = new Map();
  const server = await vendorServer(({ method, path, headers, body }) => {
    if (headers.authorization !== apiKey) return failure(401, 'Unauthorized');
    if (headers.projectid !== projectId) return failure(400, 'Bad Request');
    const [, user] = /^\/state\/user\/([^/]+)\/variables$/.exec(path) ?? [];
    if (method !== 'PATCH' || user === undefined) return failure(404, 'Not Found');
    const id = decodeURIComponent(user);
    if (id.length > 128) return failure(400, 'Bad Request');
    const variables = { ...states.get(id), ...Object(body) };
    states.set(id, variables);
    return { status: 200, body: { stack: [], storage: {}, variables } };
  });
  return { ...server, states };
}
