import { Command, Option } from 'commander';
import { LEGS, type Leg } from '../protocol/labels.ts';
import { parseGatewayUrl, parseSpeed } from './arguments.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface StreamOptions extends ConfigFlagOptions {
  readonly url?: string;
  readonly as: 'twilio' | 'app';
  readonly speed: number;
  readonly json?: boolean;
  readonly key?: string;
  readonly leg?: Leg;
}

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
    .action(async (path: string, options: StreamOptions) =>
      (await import('./actions/stream.ts')).stream(path, options),
    );
  return addConfigFlags(command);
}
