import type { Router } from 'express';
import type { Authenticator } from '../gateway/auth.ts';
import { pageRouter } from '../gateway/page.ts';
import type { SessionContext } from '../gateway/session.ts';
import type { UpgradeRoute } from '../gateway/upgrade.ts';
import type { Clock } from '../protocol/clock.ts';
import { DESK_FEED_PATH } from '../protocol/desk-endpoints.ts';
import type { Desk } from './desk.ts';
import { deskRouter } from './desk-router.ts';
import { deskUpgrade } from './desk-socket.ts';
import { SampleCalls } from './sample-calls.ts';

/** What the gateway lends the desk: its port, its authentication and its sessions. */
export interface DeskHost {
  readonly routers: Router[];
  readonly routes: Map<string, UpgradeRoute>;
  readonly auth: Authenticator;
  /** Absent where other processes carry the calls: then no sample call plays. */
  readonly context: SessionContext | undefined;
  readonly clock: Clock;
}

/** Puts the desk on the gateway's port. */
export function mountDesk(desk: Desk, { routers, routes, auth, context, clock }: DeskHost): void {
  routers.push(pageRouter(), deskRouter({ desk, auth, samples: new SampleCalls(context) }));
  routes.set(DESK_FEED_PATH, deskUpgrade({ feed: desk.feed, auth, clock }));
}
