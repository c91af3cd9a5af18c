import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

/** What is needed to tell Twilio's requests from anybody else's. */
export interface SignatureKeys {
  readonly authToken: string;
  /** Where Twilio reaches this server, such as `https://voice.example.com`. Never read from a request. */
  readonly publicOrigin: string;
}

/**
 * Whether Twilio signed this WebSocket upgrade. Twilio signs the URL as it was given it, so each
 * spelling of our own URL that works as a `<Stream url>` is tried, and none from the request.
 */
export function isSignedUpgrade(keys: SignatureKeys, header: string, path: string): boolean {
  return isSigned(keys, header, spellings(keys.publicOrigin, path, ['wss:', 'https:']), {});
}

/** Whether Twilio signed this POST and the form fields that came with it. */
export function isSignedPost(
  keys: SignatureKeys,
  header: string,
  pathAndQuery: string,
  params: Record<string, unknown>,
): boolean {
  const urls = spellings(keys.publicOrigin, pathAndQuery, [new URL(keys.publicOrigin).protocol]);
  return isSigned(keys, header, urls, params);
}

function isSigned(
  keys: SignatureKeys,
  header: string,
  urls: readonly string[],
  params: Record<string, unknown>,
): boolean {
  if (header === '') return false;
  return urls.some((url) => validateRequest(keys.authToken, header, url, params));
}

function spellings(origin: string, pathAndQuery: string, protocols: readonly string[]): string[] {
  const { hostname, port } = new URL(origin);
  const hosts = port === '' ? [hostname, `${hostname}:443`] : [`${hostname}:${port}`];
  const [path = '', query] = pathAndQuery.split('?', 2);
  const paths = path.endsWith('/') ? [path, path.slice(0, -1)] : [path, `${path}/`];
  const suffix = query === undefined ? '' : `?${query}`;
  return protocols.flatMap((protocol) =>
    hosts.flatMap((host) => paths.map((spelling) => `${protocol}//${host}${spelling}${suffix}`)),
  );
}
