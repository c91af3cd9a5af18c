import { ANALYSIS_RATE_HZ, HOP_SAMPLES } from '../../../pipeline/features/layout.ts';
import { FrontEnd } from '../../../pipeline/front-end.ts';
import { TWILIO_CHUNK_MS, TWILIO_RATE_HZ } from '../../callers/twilio-caller.ts';

/** Whether the speech gate is open in each of these chunks of 20 ms. */
export function speakingChunks(payloads: readonly string[]): boolean[] {
  const speaking = payloads.map(() => false);
  const hopMs = (HOP_SAMPLES * 1000) / ANALYSIS_RATE_HZ;
  const format = { encoding: 'mulaw', sampleRateHz: TWILIO_RATE_HZ } as const;
  const frontEnd = new FrontEnd(format, (frame) => {
    if (!frame.speaking) return;
    const endMs = (frame.endSamples * 1000) / ANALYSIS_RATE_HZ;
    const last = Math.ceil(endMs / TWILIO_CHUNK_MS) - 1;
    const first = Math.floor((endMs - hopMs) / TWILIO_CHUNK_MS);
    for (let i = first; i <= last && i < speaking.length; i++) speaking[i] = true;
  });
  for (const payload of payloads) frontEnd.push(Buffer.from(payload, 'base64'));
  frontEnd.close();
  return speaking;
}

/**
 * The first chunk of speech, counted from `offset`, when it is followed by `count - 1` more without
 * a pause; otherwise undefined.
 */
export function firstSpeech(
  speaking: readonly boolean[],
  offset: number,
  count: number,
): number | undefined {
  const at = (index: number) => speaking[(offset + index) % speaking.length] === true;
  let onset = 0;
  while (!at(onset)) {
    onset += 1;
    if (onset >= speaking.length) return undefined;
  }
  for (let i = 0; i < count; i++) if (!at(onset + i)) return undefined;
  return onset;
}
