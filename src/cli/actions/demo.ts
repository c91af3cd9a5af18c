import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.ts';
import { systemClock } from '../../protocol/clock.ts';
import { readCallAudio } from '../callers/call-audio.ts';
import { Pacer } from '../callers/pacer.ts';
import { playTwilioCall } from '../callers/play-call.ts';
import { type DemoOptions, UNWATCHED_SPEED, WATCHED_SPEED } from '../demo.ts';
import { callScreen, type Screen } from '../demo-screen.ts';
import { startOwnGateway } from '../own-gateway.ts';
import { seconds } from '../render/units.ts';

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

/** Plays the sample call to a gateway of its own and shows the events. */
export async function demo(options: DemoOptions): Promise<void> {
  const audio = await readCallAudio(SAMPLE_CALL);
  const live = process.stdout.isTTY && !options.json;
  const speed = options.speed ?? (live ? WATCHED_SPEED : UNWATCHED_SPEED);
  const gateway = await startOwnGateway(options);
  const screen: Screen = options.json
    ? { show: (event) => console.log(JSON.stringify(event)), finish: () => undefined }
    : callScreen(process.stdout, audio.durationMs);
  try {
    if (!options.json) {
      console.log(`Tonewire listens on ${gateway.url}, model ${gateway.modelId}.`);
      console.log(`A sample call of ${seconds(audio.durationMs)}, played as Twilio would:\n`);
    }
    const pacer = new Pacer(systemClock, speed);
    const url = gateway.url.replace('http', 'ws');
    await playTwilioCall({ url, audio, pacer, onEvent: screen.show });
    screen.finish();
  } finally {
    await gateway.close();
  }
}
