import { createHmac } from 'node:crypto';

/** The headers of Standard Webhooks, https://www.standardwebhooks.com. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs one attempt: HMAC-SHA256 over `id.timestamp.payload`, once with each secret, so that a
 * receiver may hold any of them while they are rotated.
 * @param timestampS seconds since the Unix epoch, of this attempt
 * @param secrets `whsec_` and base64
 */
export function signWebhook(
  id: string,
  timestampS: number,
  payload: string,
  secrets: readonly string[],
): SignatureHeaders {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const digest = createHmac('sha256', key).update(`${id}.${timestampS}.${payload}`);
    return `v1,${digest.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}
