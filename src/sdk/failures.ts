import { ERRORS, type ErrorCode, TonewireError } from '../protocol/errors.ts';
import type { SocketEnd } from './web-socket.ts';

/** An error that the gateway named. */
export function namedFailure(code: unknown, message: unknown): TonewireError {
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code);
  return new TonewireError(known ? (code as ErrorCode) : 'TW_INTERNAL', String(message));
}

/** Close codes after which coming back would fail the same way (RFC 6455 §7.4.1). */
const HOPELESS = [1002, 1003, 1007, 1008, 1009, 1010];
const FIRST_OWN_CODE = 4000;

/** Whether the call may still be there after its socket ended like this. */
export function mayResume({ code }: SocketEnd): boolean {
  return code < FIRST_OWN_CODE && !HOPELESS.includes(code);
}

/** Why a socket ended that named no error. */
export function endFailure({ code, reason }: SocketEnd): TonewireError {
  if (Object.hasOwn(ERRORS, reason)) return new TonewireError(reason as ErrorCode);
  const why = reason === '' ? '' : `, "${reason}"`;
  return new TonewireError('TW_CONNECT_FAILED', `The connection was lost (code ${code}${why}).`);
}

/**
 * A browser keeps to itself why a WebSocket did not open. Asks the same address by a plain request,
 * which the gateway answers with the reason.
 */
export async function refusalReason(
  url: URL,
  credential: string | undefined,
  timeoutMs: number,
): Promise<TonewireError> {
  const address = new URL(url);
  address.protocol = url.protocol.replace(/^ws/, 'http');
  try {
    const response = await fetch(address, {
      headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) {
      return failed(`${url.origin} answers, but no WebSocket to it opens; does a proxy block it?`);
    }
    const { error } = (await response.json()) as { error: { code: unknown; message: unknown } };
    return namedFailure(error.code, error.message);
  } catch (cause) {
    return failed(`${url.origin} cannot be reached, or no Tonewire answers there.`, cause);
  }
}

function failed(message: string, cause?: unknown): TonewireError {
  return new TonewireError('TW_CONNECT_FAILED', message, { cause });
}
