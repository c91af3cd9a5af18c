import { randomBytes } from 'node:crypto';
import type { Router } from 'express';
import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../log/logger.ts';
import type { Clock } from '../../protocol/clock.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { StreamTokens, secretOfAuthToken } from '../stream-token.ts';
import type { TranscriptIntake } from '../transcript-intake.ts';
import type { Source } from './source.ts';
import { twilioSource } from './twilio.ts';
import type { SignatureKeys } from './twilio-signature.ts';
import { twilioVoiceRouter } from './twilio-voice.ts';

/** A stream follows its order within seconds; ringing and an announcement may come between. */
const TOKEN_LIFETIME_MS = 10 * 60_000;

export interface TwilioGatewayOptions {
  readonly config: Config;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly intake: Pick<TranscriptIntake, 'take'>;
}

/** Everything of Twilio: the media socket, and the HTTP requests that order it. */
export function twilioGateway({ config, metrics, logger, clock, intake }: TwilioGatewayOptions): {
  readonly source: Source;
  readonly router: Router;
} {
  const keys = signatureKeys(config);
  const tokens = new StreamTokens(tokenSecret(config), TOKEN_LIFETIME_MS, clock);
  const requireToken = keys !== undefined && config.twilio.requireToken;
  return {
    source: twilioSource({ keys, tokens, requireToken }),
    router: twilioVoiceRouter({ config, keys, tokens, metrics, logger, intake }),
  };
}

/** Absent on a loopback address without credentials; elsewhere the configuration insists on them. */
function signatureKeys({ server, twilio }: Config): SignatureKeys | undefined {
  const { authToken, validateSignatures } = twilio;
  const { publicOrigin } = server;
  if (!validateSignatures || authToken === undefined || publicOrigin === undefined) {
    return undefined;
  }
  return { authToken, publicOrigin };
}

function tokenSecret({ auth, twilio }: Config): string {
  if (auth.streamTokenSecret !== undefined) return auth.streamTokenSecret;
  if (twilio.authToken === undefined) return randomBytes(32).toString('hex');
  return secretOfAuthToken(twilio.authToken);
}
