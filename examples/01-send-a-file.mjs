/**
 * Sends a recording as a live call and prints what is heard.
 *
 *   npx tonewire serve
 *   node examples/01-send-a-file.mjs media/sample-call/sample-call.wav
 *
 * TONEWIRE_URL names another gateway, TONEWIRE_API_KEY the key that it asks for.
 */
import { readFile } from 'node:fs/promises';
import decode from 'audio-decode';
import { connect } from 'tonewire/client';

const [path = 'media/sample-call/sample-call.wav'] = process.argv.slice(2);
const { TONEWIRE_URL: url = 'http://127.0.0.1:8460', TONEWIRE_API_KEY: token } = process.env;

const { channelData, sampleRate } = await decode(await readFile(path));
const stream = await connect({ url, token, audio: { sampleRateHz: sampleRate } });
stream.on('emotion.changed', ({ data }) => {
  console.log(`${(data.atMs / 1000).toFixed(1)} s  ${data.from} → ${data.to}`);
});

const [customer] = channelData;
const piece = sampleRate / 10;
for (let at = 0; at < customer.length; at += piece) {
  // Waiting is the back-pressure: the gateway sets the pace.
  await stream.send(customer.subarray(at, at + piece));
}
const { durationMs, legs } = await stream.end();
console.log(`${(durationMs / 1000).toFixed(1)} s heard, ${legs[0].updates} readings`);
