import type {
  Acknowledgement,
  CallDetail,
  CallExport,
  CallsDeleted,
  DaySummaries,
  DaysQuery,
  DeskSession,
  HistoryExport,
  HistoryPage,
  HistoryQuery,
  NewNote,
  Note,
  SampleCallStarted,
} from '../../protocol/dashboard.ts';
import { DESK_ENDPOINTS, type DeskEndpoint } from '../../protocol/desk-endpoints.ts';
import { ERRORS, type ErrorCode, TonewireError } from '../../protocol/errors.ts';

interface Request {
  readonly endpoint: DeskEndpoint;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** The gateway's HTTP endpoints for the desk. Every method throws a TonewireError. */
export class DeskClient {
  readonly #token: () => string | null;

  constructor(token: () => string | null) {
    this.#token = token;
  }

  session(): Promise<DeskSession> {
    return this.#json({ endpoint: DESK_ENDPOINTS.session });
  }

  call(callId: string): Promise<CallDetail> {
    return this.#json({ endpoint: DESK_ENDPOINTS.call, path: { callId } });
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.#json({ endpoint: DESK_ENDPOINTS.history, body: query });
  }

  days(query: DaysQuery): Promise<DaySummaries> {
    return this.#json({ endpoint: DESK_ENDPOINTS.days, query });
  }

  acknowledge(callId: string, alertId: string): Promise<Acknowledgement> {
    return this.#json({ endpoint: DESK_ENDPOINTS.acknowledge, path: { callId, alertId } });
  }

  addNote(callId: string, note: NewNote): Promise<Note> {
    return this.#json({ endpoint: DESK_ENDPOINTS.addNote, path: { callId }, body: note });
  }

  deleteCall(callId: string): Promise<CallsDeleted> {
    return this.#json({ endpoint: DESK_ENDPOINTS.deleteCall, path: { callId } });
  }

  deleteCaller(caller: string): Promise<CallsDeleted> {
    return this.#json({ endpoint: DESK_ENDPOINTS.deleteCaller, body: { caller } });
  }

  playSampleCall(): Promise<SampleCallStarted> {
    return this.#json({ endpoint: DESK_ENDPOINTS.playSampleCall });
  }

  sampleCallAudio(): Promise<Blob> {
    return this.#blob({ endpoint: DESK_ENDPOINTS.sampleCallAudio });
  }

  exportCall(callId: string, body: CallExport): Promise<Blob> {
    return this.#blob({ endpoint: DESK_ENDPOINTS.exportCall, path: { callId }, body });
  }

  exportHistory(body: HistoryExport): Promise<Blob> {
    return this.#blob({ endpoint: DESK_ENDPOINTS.exportHistory, body });
  }

  /** The gateway answers with what the contract says; its own tests hold it to that. */
  async #json<T>(request: Request): Promise<T> {
    return (await (await this.#send(request)).json()) as T;
  }

  async #blob(request: Request): Promise<Blob> {
    return (await this.#send(request)).blob();
  }

  async #send({ endpoint, path = {}, query = {}, body }: Request): Promise<Response> {
    const token = this.#token();
    const response = await reach(addressOf(endpoint.path, path, query), {
      method: endpoint.method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw await failureOf(response);
  }
}

/** Like fetch, but a gateway that does not answer is a coded error. */
export async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, cache: 'no-store' });
  } catch (cause) {
    throw new TonewireError('TW_CONNECT_FAILED', 'The gateway does not answer.', { cause });
  }
}

/** The coded error that an answer of the gateway holds. */
export async function failureOf(response: Response): Promise<TonewireError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { code, message } = (body as { error?: { code?: string; message?: string } })?.error ?? {};
  const known = code !== undefined && Object.hasOwn(ERRORS, code);
  return new TonewireError(known ? (code as ErrorCode) : 'TW_INTERNAL', message);
}

function addressOf(
  path: string,
  names: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string | undefined>>,
): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(names[name] ?? ''),
  );
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given)}`;
}
