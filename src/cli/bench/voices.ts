import { readCallAudio, twilioTracks } from '../callers/call-audio.ts';
import type { Voice } from './load/load-messages.ts';
import { speakingChunks } from './load/speech-runs.ts';

/** The first channel of each recording, as a telephone sends it. */
export function readVoices(paths: readonly string[]): Promise<Voice[]> {
  return Promise.all(
    paths.map(async (path) => {
      const audio = await readCallAudio(path);
      const [track] = twilioTracks({ ...audio, speakers: audio.speakers.slice(0, 1) });
      // The last payload may be short, and would shift what follows it.
      const payloads = track!.payloads.slice(0, -1);
      return { payloads, speaking: speakingChunks(payloads) };
    }),
  );
}
