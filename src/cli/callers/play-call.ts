import { TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import { AppCaller } from './app-caller.ts';
import { APP_RATE_HZ, type CallAudio, interleavedPcm, twilioTracks } from './call-audio.ts';
import { subscribeToEvents } from './event-feed.ts';
import type { Pacer } from './pacer.ts';
import { newCallSid, TwilioCaller } from './twilio-caller.ts';

export interface CallPlan {
  /** The gateway's address, such as `ws://127.0.0.1:8460/`. */
  readonly url: string;
  readonly audio: CallAudio;
  readonly pacer: Pacer;
  readonly apiKey?: string | undefined;
  readonly onEvent: (event: AnyEvent) => void;
}

/**
 * Plays a call as Twilio does and reads its events from the feed, because Twilio is told nothing.
 * Resolves after `call.ended`; throws the coded error that ended the call otherwise.
 */
export async function playTwilioCall(
  plan: CallPlan & { readonly authToken?: string | undefined },
): Promise<void> {
  const { url, apiKey, authToken, pacer } = plan;
  const tracks = twilioTracks(plan.audio);
  const callSid = newCallSid();
  let onEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  const onEvent = (event: AnyEvent) => {
    plan.onEvent(event);
    if (event.type === 'call.ended') onEnded();
  };
  const feed = await subscribeToEvents({ url, apiKey, callId: callSid, onEvent });
  try {
    const caller = await TwilioCaller.connect({ url, tracks, callSid, authToken });
    await caller.play(pacer);
    await caller.closed;
    await Promise.race([ended, feed.closed.then(feedEnded)]);
  } finally {
    feed.close();
  }
}

/** Plays a call as an app does; its events come back on its own socket. Resolves after `call.ended`. */
export async function playAppCall(plan: CallPlan & { readonly frameMs: number }): Promise<void> {
  const { url, apiKey, audio, pacer, onEvent } = plan;
  const legs = audio.speakers.map(({ leg }) => leg);
  const caller = await AppCaller.connect({ url, apiKey, legs, sampleRateHz: APP_RATE_HZ, onEvent });
  await caller.play(interleavedPcm(audio), plan.frameMs, pacer);
  await caller.closed;
}

function feedEnded(): never {
  throw new TonewireError('TW_CONNECT_FAILED', 'The event feed ended before the call did.');
}
