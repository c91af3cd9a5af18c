/**
 * An Express server that keeps the API key and hands its pages short-lived tokens. Needs esbuild.
 *
 *   TONEWIRE_API_KEY=… node examples/04-token-server.mjs     then open http://127.0.0.1:3000
 *
 * TONEWIRE_URL names the gateway, PORT another port.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import express from 'express';

const {
  TONEWIRE_URL: url = 'http://127.0.0.1:8460',
  TONEWIRE_API_KEY = '',
  PORT = '3000',
} = process.env;

const bundle = await build({
  stdin: { contents: "export * from 'tonewire/client'", resolveDir: import.meta.dirname },
  bundle: true,
  format: 'esm',
  platform: 'browser',
  minify: true,
  write: false,
});

const app = express();
app.get('/', (_request, response) => {
  response.sendFile(fileURLToPath(new URL('02-microphone.html', import.meta.url)));
});
app.get('/client.js', (_request, response) => response.type('js').send(bundle.outputFiles[0].text));
app.get('/gateway', (_request, response) => response.json({ url }));

// Here your own sign-in decides who gets one.
app.post('/token', async (request, response) => {
  const answer = await fetch(new URL('/v1/tokens', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${TONEWIRE_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ use: 'stream', origin: request.get('origin'), legs: ['customer'] }),
  });
  response.status(answer.status).json(await answer.json());
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
