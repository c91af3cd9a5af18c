import { systemClock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import { type CallAudio, readCallAudio } from '../callers/call-audio.ts';
import { Pacer, UNPACED } from '../callers/pacer.ts';
import { playAppCall, playTwilioCall } from '../callers/play-call.ts';
import { TWILIO_CHUNK_MS } from '../callers/twilio-caller.ts';
import { startOwnGateway } from '../own-gateway.ts';
import { EMPTY_CALL, viewAfter } from '../render/call-view.ts';
import { eventLine } from '../render/event-line.ts';
import { summary } from '../render/summary.ts';
import type { StreamOptions } from '../stream.ts';

/** Frames of an app: short when live; long when in a hurry, though well below limits.maxMessageBytes. */
const LIVE_FRAME_MS = 20;
const LONG_FRAME_MS = 1000;

/** Somebody else's gateway closes on limits.maxMessagesPerSecond (500 by default): stay below it. */
const MAX_MESSAGES_PER_SECOND = 400;

/** Plays one recording to a gateway and prints what comes back. */
export async function stream(path: string, options: StreamOptions): Promise<void> {
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
