import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { PACKAGE_ROOT } from '../package-root.ts';

/** Where `npm run build` puts the dashboard. */
const BUILT_PAGE = join(PACKAGE_ROOT, 'dist', 'dashboard');

const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * The dashboard at `/`, where it was built. Whoever does not ask for HTML, such as curl, still gets
 * what `/` says of the gateway: the router passes on what it does not serve.
 */
export function pageRouter(folder: string = BUILT_PAGE): Router {
  const router = express.Router();
  if (!existsSync(join(folder, 'index.html'))) return router;
  const serve = express.static(folder, { index: false, redirect: false, fallthrough: true });
  router.use(
    '/assets',
    secured,
    // A file's name changes with what is in it.
    express.static(join(folder, 'assets'), { immutable: true, maxAge: YEAR_MS, redirect: false }),
  );
  router.get('/', secured, (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    response.set({ 'cache-control': 'no-cache', vary: 'accept' });
    response.sendFile('index.html', { root: folder });
  });
  router.get('/:file', secured, (request, response, next) => {
    // The page's own name would answer whatever was asked for.
    if (request.params.file === 'index.html') next();
    else serve(request, response, next);
  });
  return router;
}

/** Everything comes from the gateway's own address, and nobody frames the page. */
const secured: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      // The sample call, fetched with a credential, is heard from memory.
      mediaSrc: ["'self'", 'blob:'],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // Whether there is TLS, and for how long, is up to the proxy in front.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
});
