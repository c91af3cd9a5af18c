import type { Request, Response } from 'express';
import type { Logger } from '../../log/logger.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { MAX_TRANSCRIPT_CHARACTERS, type Transcript } from '../../protocol/messages.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { TranscriptIntake } from '../transcript-intake.ts';
import { LEG_OF_TRACK } from './twilio.ts';
import { signedForm } from './twilio-form.ts';
import type { SignatureKeys } from './twilio-signature.ts';

export const TRANSCRIPTION_PATH = '/twilio/transcription';

export interface TwilioTranscriptionOptions {
  readonly keys: SignatureKeys | undefined;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly intake: Pick<TranscriptIntake, 'take'>;
}

type Form = Readonly<Record<string, unknown>>;

/** The events beside `transcription-content`, which carry no words. */
const NOTICES = ['transcription-started', 'transcription-stopped', 'transcription-error'];

/**
 * Takes a callback of Twilio's real-time transcription. Its fields as read in Twilio's documentation
 * and in what others wrote against it, never seen from Twilio itself: so what is missing has a
 * default, and what is not known is let through.
 */
export function takeTranscription(
  options: TwilioTranscriptionOptions,
  request: Request,
  response: Response,
): void {
  const form = signedForm(options.keys, request);
  const { TranscriptionEvent: event, CallSid: callSid } = form;
  if (event === 'transcription-content') {
    const line = transcriptOf(form);
    if (line !== undefined) options.intake.take('twilio', String(callSid), line);
  } else {
    const notice = NOTICES.find((known) => known === event) ?? 'other';
    options.metrics.streamStatus('twilio', notice);
    // What the error says may quote the call.
    if (notice === 'transcription-error') {
      options.logger.warn('Twilio reports a transcription error');
    }
  }
  response.status(204).end();
}

/** The line in a form; undefined where nothing was said, or on a track that is no leg. Throws TW_BAD_REQUEST. */
export function transcriptOf(form: Form): Transcript | undefined {
  const { transcript, confidence } = spoken(form.TranscriptionData);
  const leg = LEG_OF_TRACK.get(String(form.Track ?? 'inbound_track'));
  const text = typeof transcript === 'string' ? transcript.trim() : '';
  if (text === '' || leg === undefined) return undefined;
  return {
    type: 'transcript',
    leg,
    text: text.slice(0, MAX_TRANSCRIPT_CHARACTERS),
    final: String(form.Final).toLowerCase() !== 'false',
    ...languageOf(form.LanguageCode),
    ...confidenceOf(confidence),
  };
}

function spoken(data: unknown): Form {
  let value: unknown;
  try {
    value = JSON.parse(String(data));
  } catch {
    // The parser's own message quotes the text.
    throw new TonewireError('TW_BAD_REQUEST', 'TranscriptionData is not valid JSON.');
  }
  return typeof value === 'object' && value !== null ? (value as Form) : {};
}

function languageOf(code: unknown): Pick<Transcript, 'language'> {
  const known = typeof code === 'string' && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/.test(code);
  return known ? { language: code } : {};
}

function confidenceOf(value: unknown): Pick<Transcript, 'confidence'> {
  const confidence = typeof value === 'string' ? Number(value) : value;
  const valid = typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
  return valid ? { confidence } : {};
}
