/** Where somebody is on the page; kept behind the `#`, so that the gateway serves one file. */
export type Route =
  | { readonly view: 'wall' }
  | { readonly view: 'call'; readonly callId: string }
  | { readonly view: 'history' }
  | { readonly view: 'try' };

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'calls' && id) return { view: 'call', callId: decoded(id) };
  if (view === 'history') return { view: 'history' };
  if (view === 'try') return { view: 'try' };
  return { view: 'wall' };
}

export function hashOf(route: Route): string {
  switch (route.view) {
    case 'wall':
      return '#/';
    case 'call':
      return `#/calls/${encodeURIComponent(route.callId)}`;
    case 'history':
    case 'try':
      return `#/${route.view}`;
  }
}

/** Somebody may have typed it. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
