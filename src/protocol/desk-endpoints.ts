/** What somebody at a desk may do: a viewer looks, a supervisor also changes things and takes data out. */
export type DeskRole = 'viewer' | 'supervisor';

/** What finished calls can be taken out as. */
export const EXPORT_FORMATS = ['csv', 'json'] as const;

/** One HTTP endpoint of the desk; `:name` in a path stands for one percent-encoded segment. */
export interface DeskEndpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** The least role that may ask; a supervisor may all that a viewer may. */
  readonly role: DeskRole;
}

/** The desk's WebSocket. A token or key travels as the subprotocol beside `tonewire.v1`. */
export const DESK_FEED_PATH = '/v1/desk';

/**
 * The HTTP side of the desk. Bodies are JSON, as the schemas of desk.ts and desk-history.ts; a
 * failure is `{"error": {"code", "message"}}` with the status of its code. A caller's identity
 * never stands in a path or a query, because those end up in access logs.
 */
export const DESK_ENDPOINTS = {
  /** → DeskSession: whether a sign-in is needed, and what the bearer may do. */
  session: endpoint('GET', '/v1/desk/session', 'viewer'),
  /** → LiveCalls: what a feed's first message says, for whoever asks only once. */
  liveCalls: endpoint('GET', '/v1/calls/live', 'viewer'),
  /** HistoryQuery in the body → HistoryPage. A POST, because a search may name a caller. */
  history: endpoint('POST', '/v1/calls/search', 'viewer'),
  /** → CallDetail, live or finished. TW_NOT_FOUND. */
  call: endpoint('GET', '/v1/calls/:callId', 'viewer'),
  /** DaysQuery in the query → DaySummaries. */
  days: endpoint('GET', '/v1/days', 'viewer'),
  /** HistoryExport in the body → text/csv or application/json, as a download. */
  exportHistory: endpoint('POST', '/v1/calls/export', 'supervisor'),
  /** CallExport in the body → one call's timeline and events, as a download. TW_NOT_FOUND. */
  exportCall: endpoint('POST', '/v1/calls/:callId/export', 'supervisor'),
  /** → CallsDeleted. A live call is refused with TW_OUT_OF_ORDER. TW_NOT_FOUND. */
  deleteCall: endpoint('DELETE', '/v1/calls/:callId', 'supervisor'),
  /** CallerDeletion in the body → CallsDeleted: every finished call of one caller. */
  deleteCaller: endpoint('POST', '/v1/callers/delete', 'supervisor'),
  /** → Acknowledgement; asking twice gives the first again. TW_NOT_FOUND. */
  acknowledge: endpoint('POST', '/v1/calls/:callId/alerts/:alertId/acknowledge', 'supervisor'),
  /** NewNote in the body → Note. TW_NOT_FOUND. */
  addNote: endpoint('POST', '/v1/calls/:callId/notes', 'supervisor'),
  /** Plays the sample call to this gateway, in real time → SampleCallStarted. TW_RATE_LIMITED. */
  playSampleCall: endpoint('POST', '/v1/sample-call', 'supervisor'),
  /** → audio/wav: the same recording, to be heard in the page while it plays. */
  sampleCallAudio: endpoint('GET', '/v1/sample-call/audio', 'viewer'),
} as const satisfies Readonly<Record<string, DeskEndpoint>>;

export type DeskEndpointName = keyof typeof DESK_ENDPOINTS;

/** Bounds of the desk's answers; where more exists, an answer says so. */
export const DESK_BOUNDS = {
  /** Calls in one snapshot of the feed. */
  maxLiveCalls: 2000,
  /** Alerts of one call in a snapshot, the newest. */
  maxAlertsPerLiveCall: 20,
  /** Points of a sparkline: one a second. */
  sparklinePoints: 60,
  sparklineStepMs: 1000,
  /** Points of a leg's timeline: an hour at two a second. Longer calls have coarser points. */
  maxTimelinePoints: 7200,
  /** Stretches of a leg's account, the newest: an hour of speech. */
  maxStretches: 14_400,
  /** Segments, gaps, changes, alerts, suggestions or notes of one call, the newest of each. */
  maxListed: 2000,
  maxHistoryPage: 200,
  maxDays: 366,
  maxSearchLength: 128,
  maxNoteLength: 2000,
  /** Calls in one export, the newest. */
  maxExportedCalls: 100_000,
} as const;

function endpoint<M extends DeskEndpoint['method'], P extends string>(
  method: M,
  path: P,
  role: DeskRole,
): { readonly method: M; readonly path: P; readonly role: DeskRole } {
  return { method, path, role };
}
