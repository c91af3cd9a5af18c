import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '../package-root.ts';
import { systemClock } from '../protocol/clock.ts';
import { parseSpeed } from './arguments.ts';
import { readCallAudio } from './callers/call-audio.ts';
import { Pacer } from './callers/pacer.ts';
import { playTwilioCall } from './callers/play-call.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';
import { callScreen, type Screen } from './demo-screen.ts';
import { startOwnGateway } from './own-gateway.ts';
import { seconds } from './render/units.ts';

interface DemoOptions extends ConfigFlagOptions {
  readonly speed?: number;
  readonly json?: boolean;
}

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

/** Somebody who watches wants to see it live; a log only wants to see it end. */
const WATCHED_SPEED = 1;
const UNWATCHED_SPEED = 4;

const HELP = `
The call is made up and both voices are a speech synthesiser: it shows that the machinery works,
not how well it hears people. Only the customer is analysed. To hear the agent too, which the law
permits for medical or safety reasons only, name your basis:
  tonewire demo --set analysis.legs.agent.analysed=true \\
      --set analysis.legs.agent.legalBasis="a synthetic voice"

Examples:
  tonewire demo                in real time, about a minute
  tonewire demo --speed 4      four times as fast
  tonewire demo --json         the events, one a line`;

/** `tonewire demo`: a sample call over a real socket, shown as it is heard. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .summary('hear a sample call, in the terminal')
    .description(
      'Starts a gateway, plays a sample call to it over a WebSocket as Twilio would, and shows what is heard.',
    )
    .option(
      '--speed <n>',
      `times real time (default: ${WATCHED_SPEED} when drawn in a terminal, else ${UNWATCHED_SPEED})`,
      parseSpeed,
    )
    .option('--json', 'one event (CloudEvents 1.0) a line, and nothing else')
    .addHelpText('after', HELP)
    .action(demo);
  return addConfigFlags(command);
}

async function demo(options: DemoOptions): Promise<void> {
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
