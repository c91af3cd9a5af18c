import type { Request } from 'express';
import { TonewireError } from '../../protocol/errors.ts';
import { requireThisMachine } from '../auth.ts';
import { isSignedPost, type SignatureKeys } from './twilio-signature.ts';

/** The fields of a request that Twilio signed. Without keys this machine alone may ask. Throws TW_UNAUTHORIZED. */
export function signedForm(
  keys: SignatureKeys | undefined,
  request: Request,
): Record<string, unknown> {
  const form: Record<string, unknown> = { ...request.body };
  if (keys === undefined) {
    requireThisMachine(request);
    return form;
  }
  const signature = request.get('x-twilio-signature') ?? '';
  if (isSignedPost(keys, signature, request.originalUrl, form)) return form;
  throw new TonewireError('TW_UNAUTHORIZED', 'The X-Twilio-Signature is missing or wrong.');
}
