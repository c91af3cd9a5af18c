/**
 * An assistant that changes its wording when the caller sounds frustrated: Tonewire in the same
 * process, no port, no socket. The caller is the sample call; what the caller asks for is given, since
 * this is about how it is said.
 *
 *   node examples/05-assistant.mjs
 */
import { readFile } from 'node:fs/promises';
import decode from 'audio-decode';
import { createTonewire, loadConfig } from 'tonewire';

/** When each turn of the caller ends in the sample call, and two ways to answer it. */
const TURNS = [
  {
    endsMs: 10_500,
    plain: 'Thanks! What is your order number?',
    careful: 'I hear that this has been going on for too long. Let me take it over from here.',
  },
  {
    endsMs: 22_000,
    plain: 'One moment, I am looking up your contract.',
    careful:
      'You should not have to repeat yourself. I have your contract open; I will stay with you.',
  },
  {
    endsMs: 37_000,
    plain: 'Your line is being restarted.',
    careful: 'I am sorry. I am restarting your line right now, and a person will call you today.',
  },
];

/** One reading is no reason to change one's tone. */
const HELD_MS = 4000;
const UNDECIDED = ['listening', 'uncertain'];

/** Unpleasant and aroused is how frustration sounds to a listener; nobody knows what is felt. */
const soundsFrustrated = ({ label, valence, arousal }) =>
  !UNDECIDED.includes(label) && valence < -0.15 && arousal > 0;

/** It is over once the voice is no longer unpleasant, or no longer aroused; a weaker reading is not enough. */
const soundsRelieved = ({ label, valence, arousal }) =>
  !UNDECIDED.includes(label) && (valence >= 0 || arousal <= 0);

const config = loadConfig({ flags: { 'log.level': 'warn' } });
const tonewire = await createTonewire({ config });
const { channelData, sampleRate } = await decode(
  await readFile(new URL('../media/sample-call/sample-call.wav', import.meta.url)),
);
const call = tonewire.openCall({ audio: { sampleRateHz: sampleRate }, consent: 'given' });

let newest;
let frustratedSinceMs;
call.on('emotion.updated', ({ data }) => {
  newest = data;
  if (soundsFrustrated(data)) frustratedSinceMs ??= data.span.endMs;
  else if (soundsRelieved(data)) frustratedSinceMs = undefined;
});

const [customer] = channelData;
const piece = sampleRate / 10;
let at = 0;
for (const { endsMs, plain, careful } of TURNS) {
  for (; at * 100 < endsMs; at += 1) {
    await call.send(customer.subarray(at * piece, (at + 1) * piece));
  }
  const frustrated = endsMs - (frustratedSinceMs ?? endsMs) >= HELD_MS;
  const { label, valence } = newest;
  console.log(`${(endsMs / 1000).toFixed(1)} s  sounds: ${label}, valence ${valence.toFixed(2)}`);
  console.log(`   assistant: ${frustrated ? careful : plain}`);
}
await call.end();
await tonewire.close();
