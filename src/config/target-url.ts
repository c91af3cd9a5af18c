/** Whether only this machine can connect to `host`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether events may be sent there: by an encrypted scheme, or by the same without encryption to
 * this machine. A URL that holds credentials is refused: it would be shown in errors and logs.
 * @param schemes encrypted ones, such as `https` or `wss`
 */
export function isProtectedUrl(text: string, schemes: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  const scheme = protocol.slice(0, -1);
  if (schemes.includes(scheme)) return true;
  return schemes.includes(`${scheme}s`) && isLoopbackHost(hostname.replace(/^\[|\]$/g, ''));
}
