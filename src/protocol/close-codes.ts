/** Why a WebSocket is closed without an error. Errors close with their row's `closeCode` (errors.ts). */
export const CLOSE_CODES = {
  /** The session ended as the client asked (RFC 6455 §7.4.1). */
  normal: 1000,
  /** The server is going away; reconnect elsewhere. */
  goingAway: 1001,
  /** The client gives this socket up and will resume the call on another. */
  comingBack: 3000,
} as const;
