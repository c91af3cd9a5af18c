import { type Signal, signal } from '@preact/signals';
import { parseRoute, type Route } from './route.ts';

/** The route of this window, following its address. */
export function followRoute(): Signal<Route> {
  const route = signal(parseRoute(location.hash));
  addEventListener('hashchange', () => {
    route.value = parseRoute(location.hash);
  });
  return route;
}
