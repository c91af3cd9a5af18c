import { defineConfig } from 'vite';

/** The dashboard: one page, its script and its styles, all from the gateway's own address. */
export default defineConfig({
  root: 'src/dashboard',
  base: './',
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8460', ws: true } } },
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would need an exception in the page's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
