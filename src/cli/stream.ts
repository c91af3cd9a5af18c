import { Command, Option } from 'commander';
import { systemClock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import { LEGS, type Leg } from '../protocol/labels.ts';
import { parseGatewayUrl, parseSpeed } from './arguments.ts';
import { type CallAudio, readCallAudio } from './callers/call-audio.ts';
import { Pacer, UNPACED } from './callers/pacer.ts';
import { playAppCall, playTwilioCall } from './callers/play-call.ts';
import { TWILIO_CHUNK_MS } from './callers/twilio-caller.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';
import { startOwnGateway } from './own-gateway.ts';
import { EMPTY_CALL, viewAfter } from './render/call-view.ts';
import { eventLine } from './render/event-line.ts';
import { summary } from './render/summary.ts';

interface StreamOptions extends ConfigFlagOptions {
  readonly url?: string;
  readonly as: 'twilio' | 'app';
  readonly speed: number;
  readonly json?: boolean;
  readonly key?: string;
  readonly leg?: Leg;
}

/** Frames of an app: short when live; long when in a hurry, though well below limits.maxMessageBytes. */
const LIVE_FRAME_MS = 20;
const LONG_FRAME_MS = 1000;

/** Somebody else's gateway closes on limits.maxMessagesPerSecond (500 by default): stay below it. */
const MAX_MESSAGES_PER_SECOND = 400;

const HELP = `
The file is WAV, FLAC, MP3 or Ogg Opus. One channel is the customer; of two, the left is the
customer and the right the agent. Without --url a gateway is started for this one call, with the
default options and what the flags say.

Examples:
  tonewire stream hello.wav                          hear a recording, in real time
  tonewire stream hello.flac --speed max --json      its events, one a line, as fast as they come
  tonewire stream call.wav --as twilio               exactly as Twilio would send it
  tonewire stream call.wav --url ws://127.0.0.1:8460 to a gateway that already runs
  tonewire stream agent.wav --leg agent --set analysis.legs.agent.analysed=true \\
      --set analysis.legs.agent.legalBasis="my own voice, a test"

Against a gateway with keys give --key or set TONEWIRE_API_KEY; to one that checks Twilio's
signatures, set TONEWIRE_TWILIO_AUTH_TOKEN, and --url to its public address.`;

/** `tonewire stream`: plays a recording to a gateway and prints its events. */
export function streamCommand(): Command {
  const command = new Command('stream')
    .summary('send a recording to a gateway and print its events')
    .description('Sends a recording to a gateway as a live call and prints the events.')
    .argument('<file>', 'the recording')
    .option('--url <address>', 'a running gateway (default: one of its own)', parseGatewayUrl)
    .addOption(
      new Option('--as <kind>', 'twilio: 8 kHz mu-law, 20 ms; app: 16-bit PCM at 16 kHz, 20 ms')
        .choices(['twilio', 'app'])
        .default('app'),
    )
    .option('--speed <n>', 'times real time; 0 or max: as fast as it is taken', parseSpeed, 1)
    .option('--json', 'one event (CloudEvents 1.0) a line, and nothing else')
    .option('--key <key>', 'the API key of --url')
    .addOption(new Option('--leg <leg>', 'the whole file is this speaker').choices(LEGS))
    .addHelpText('after', HELP)
    .action(stream);
  return addConfigFlags(command);
}

async function stream(path: string, options: StreamOptions): Promise<void> {
  const audio = await readCallAudio(path, options.leg);
  if (options.url !== undefined) {
    requireNoGatewayFlags(options);
    await play(options.url, audio, options, fastestElsewhere(options, audio));
    return;
  }
  const gateway = await startOwnGateway(options);
  try {
    await play(gateway.url.replace('http', 'ws'), audio, options, UNPACED);
  } finally {
    await gateway.close();
  }
}

async function play(
  url: string,
  audio: CallAudio,
  options: StreamOptions,
  fastest: number,
): Promise<void> {
  let view = EMPTY_CALL;
  const onEvent = (event: AnyEvent) => {
    view = viewAfter(view, event);
    console.log(options.json ? JSON.stringify(event) : eventLine(event));
  };
  const pacer = new Pacer(systemClock, Math.min(options.speed, fastest));
  const apiKey = options.key ?? process.env.TONEWIRE_API_KEY;
  const plan = { url, audio, pacer, apiKey, onEvent };
  if (options.as === 'twilio') {
    const authToken = process.env.TONEWIRE_TWILIO_AUTH_TOKEN;
    await playTwilioCall({ ...plan, authToken });
  } else {
    await playAppCall({ ...plan, frameMs: frameMs(options) });
  }
  if (!options.json) for (const line of summary(view)) console.log(line);
}

const frameMs = ({ speed }: StreamOptions) => (speed === UNPACED ? LONG_FRAME_MS : LIVE_FRAME_MS);

function fastestElsewhere(options: StreamOptions, { speakers }: CallAudio): number {
  const messageMs = options.as === 'twilio' ? TWILIO_CHUNK_MS / speakers.length : frameMs(options);
  return (MAX_MESSAGES_PER_SECOND * messageMs) / 1000;
}

/** A gateway that runs already has its own configuration. */
function requireNoGatewayFlags({ model, engine, logLevel, set }: StreamOptions): void {
  const given = [model, engine, logLevel].some((value) => value !== undefined);
  if (!given && Object.keys(set).length === 0) return;
  throw new TonewireError(
    'TW_USAGE',
    '--model, --engine, --log-level and --set are for a gateway of its own, without --url.',
  );
}
