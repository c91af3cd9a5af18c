import express, { type Request, type Response, type Router } from 'express';
// Its whole entry loads a client for all of Twilio's interfaces, which doubles a gateway's start.
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../log/logger.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { CONSENTS } from '../../protocol/messages.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { StreamTokens } from '../stream-token.ts';
import type { TranscriptIntake } from '../transcript-intake.ts';
import { CONSENT_PARAMETER, TOKEN_PARAMETER, TWILIO_MEDIA_PATH } from './twilio.ts';
import { signedForm } from './twilio-form.ts';
import type { SignatureKeys } from './twilio-signature.ts';
import { TRANSCRIPTION_PATH, takeTranscription } from './twilio-transcription.ts';

const VOICE_PATH = '/twilio/voice';
const STATUS_PATH = '/twilio/status';

/** The metadata that says who calls; among history.callerKeys by default. */
const CALLER_PARAMETER = 'from';

/** Twilio's own bound on a <Parameter> is 500 characters. */
const MAX_CALLER_LENGTH = 256;

const STREAM_EVENTS = ['stream-started', 'stream-stopped', 'stream-error'];

export interface TwilioVoiceOptions {
  readonly config: Pick<Config, 'limits' | 'server' | 'textCues' | 'twilio'>;
  readonly keys: SignatureKeys | undefined;
  readonly tokens: StreamTokens;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly intake: Pick<TranscriptIntake, 'take'>;
}

/** Twilio's HTTP requests: how to treat a call that came in, how its stream fares, what was said. */
export function twilioVoiceRouter(options: TwilioVoiceOptions): Router {
  const router = express.Router();
  router.use(
    '/twilio',
    express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 200 }),
  );
  router.post(VOICE_PATH, (request, response) => answerCall(options, request, response));
  router.post(STATUS_PATH, (request, response) => noteStatus(options, request, response));
  router.post(TRANSCRIPTION_PATH, (request, response) =>
    takeTranscription(options, request, response),
  );
  return router;
}

function answerCall(options: TwilioVoiceOptions, request: Request, response: Response): void {
  const form = signedForm(options.keys, request);
  const { CallSid: callSid } = form;
  if (typeof callSid !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(callSid)) {
    throw new TonewireError('TW_BAD_REQUEST', 'CallSid is missing.');
  }
  const caller = options.config.twilio.passCaller ? callerOf(form.From) : undefined;
  const twiml = streamTwiml(options, callSid, {
    consent: consentOf(request.query.consent),
    caller,
  });
  response.type('text/xml').send(twiml);
}

function streamTwiml(
  { config, tokens }: TwilioVoiceOptions,
  callSid: string,
  {
    consent,
    caller,
  }: { readonly consent: string | undefined; readonly caller: string | undefined },
): string {
  const { publicOrigin } = config.server;
  if (publicOrigin === undefined) {
    throw new TonewireError('TW_NOT_CONFIGURED', 'Set server.publicOrigin to answer calls.');
  }
  const { mode, say, track } = config.twilio;
  const answer = new VoiceResponse();
  if (say !== undefined) answer.say(say);
  if (config.twilio.transcribe) {
    answer.start().transcription({
      statusCallbackUrl: `${publicOrigin}${TRANSCRIPTION_PATH}`,
      track,
      partialResults: config.textCues.partials,
      // What is masked has no score.
      profanityFilter: false,
    });
  }
  const listening = mode === 'listen';
  const stream = (listening ? answer.start() : answer.connect()).stream({
    url: `${publicOrigin.replace(/^http/, 'ws')}${TWILIO_MEDIA_PATH}`,
    statusCallback: `${publicOrigin}${STATUS_PATH}`,
    // <Connect> takes the caller's track only.
    ...(listening && { track }),
  });
  stream.parameter({ name: TOKEN_PARAMETER, value: tokens.issue(callSid) });
  if (consent !== undefined) stream.parameter({ name: CONSENT_PARAMETER, value: consent });
  if (caller !== undefined) stream.parameter({ name: CALLER_PARAMETER, value: caller });
  // After <Start> Twilio goes on, and would hang up where nothing follows.
  if (listening) answer.pause({ length: Math.ceil(config.limits.maxCallDurationMs / 1000) });
  return answer.toString();
}

function noteStatus(options: TwilioVoiceOptions, request: Request, response: Response): void {
  const { StreamEvent: event } = signedForm(options.keys, request);
  const status = STREAM_EVENTS.find((known) => known === event) ?? 'other';
  options.metrics.streamStatus('twilio', status);
  // The other fields name the call's parties, or quote them.
  if (status === 'stream-error') options.logger.warn('Twilio reports a stream error');
  else options.logger.debug('Twilio reports on a stream', { status });
  response.status(204).end();
}

/** Who calls, as Twilio writes it: a number, or a client's or SIP address. */
function callerOf(from: unknown): string | undefined {
  return typeof from === 'string' && from !== '' ? from.slice(0, MAX_CALLER_LENGTH) : undefined;
}

/** The voice URL may say `?consent=given`, where the flow before it has asked. */
function consentOf(parameter: unknown): string | undefined {
  return CONSENTS.find((consent) => consent === parameter);
}
