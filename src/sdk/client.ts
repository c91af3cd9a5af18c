/** What both clients have, for a browser (browser.ts) and for Node (node.ts). */
export type { Encoding, SampleRateHz } from '../protocol/app-protocol.ts';
export { type ErrorCode, TonewireError } from '../protocol/errors.ts';
export type { AnyEvent, EventData, EventType, Probabilities } from '../protocol/events.ts';
export type { Emotion, Label, Leg } from '../protocol/labels.ts';
export type { Microphone, MicrophoneOptions } from './microphone.ts';
export type { ConnectOptions } from './options.ts';
export type { Reconnecting, ReconnectOptions } from './reconnect.ts';
export { type CallTotals, EmotionStream, type StreamNotices } from './stream.ts';
export type { Audio } from './wire-audio.ts';
