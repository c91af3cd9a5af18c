import { alertErrors } from './alert-errors.ts';
import { adapterErrors } from './combinations-adapters.ts';
import { botErrors } from './combinations-bots.ts';
import { duplicates } from './duplicates.ts';
import { durableAdapters } from './durable-adapters.ts';
import type { Config } from './schema.ts';
import { IN_MEMORY } from './schema-store.ts';
import { isLoopbackHost, isProtectedUrl } from './target-url.ts';
import { mostPendingSteps } from './waiting-sender.ts';

/**
 * Combinations that each option permits but that together are unsafe, unlawful or pointless.
 * Each complaint begins with the path of the option to change.
 */
export function combinationErrors(config: Config): string[] {
  return [
    ...exposureErrors(config),
    ...analysisErrors(config),
    ...alertErrors(config),
    ...backlogErrors(config),
    ...webhookErrors(config),
    ...adapterErrors(config),
    ...botErrors(config),
    ...durableErrors(config),
    ...duplicateErrors(config),
  ];
}

function exposureErrors({ server, auth, twilio }: Config): string[] {
  const errors: string[] = [];
  const { publicOrigin } = server;
  // A gateway behind a proxy listens on loopback and is public all the same.
  const exposed = !isLoopbackHost(server.host) || publicOrigin !== undefined;
  if (publicOrigin !== undefined && !isHttpsOrigin(publicOrigin)) {
    errors.push(
      'server.publicOrigin must be an https origin in lower case without a path or default port, such as https://voice.example.com',
    );
  }
  if (exposed && auth.apiKeys.length === 0) {
    errors.push(
      'auth.apiKeys must hold a key when server.host is not loopback or server.publicOrigin is set; each key takes {"id", "key"}',
    );
  }
  if (!exposed || !twilio.enabled) return errors;
  const how = 'or set twilio.enabled to false';
  if (!twilio.authToken) {
    errors.push(`twilio.authToken is needed where the gateway can be reached from outside; ${how}`);
  }
  if (!publicOrigin) {
    errors.push(
      `server.publicOrigin is needed to check Twilio's signatures where server.host is not loopback; ${how}`,
    );
  }
  if (!twilio.validateSignatures) {
    errors.push(
      'twilio.validateSignatures may be false only on a loopback server.host without server.publicOrigin',
    );
  }
  return errors;
}

function isHttpsOrigin(text: string): boolean {
  return text.startsWith('https://') && URL.canParse(text) && new URL(text).origin === text;
}

function analysisErrors({ analysis }: Config): string[] {
  const errors: string[] = [];
  const { agent, mixed } = analysis.legs;
  const { enterProbability, leaveProbability } = analysis.smoothing;
  if ((agent.analysed || mixed) && !agent.legalBasis?.trim()) {
    errors.push(
      'analysis.legs.agent.legalBasis must name your legal basis when analysis.legs.agent.analysed or analysis.legs.mixed is true, since an agent may be heard there: the EU AI Act, Art. 5(1)(f), prohibits inferring the emotions of people at work except for medical or safety reasons',
    );
  }
  if (leaveProbability > enterProbability) {
    errors.push(
      'analysis.smoothing.leaveProbability must not be above analysis.smoothing.enterProbability',
    );
  }
  return errors;
}

/** Audio of a sender that waits when asked to must never be dropped. */
function backlogErrors({ analysis, limits }: Config): string[] {
  const needed = mostPendingSteps(limits.maxBufferedAudioMs);
  if (analysis.maxPendingSteps >= needed) return [];
  return [
    `analysis.maxPendingSteps must be at least ${needed} with limits.maxBufferedAudioMs at ${limits.maxBufferedAudioMs}, or senders that are paused when analysis is behind lose audio all the same`,
  ];
}

function webhookErrors({ adapters }: Config): string[] {
  return adapters.webhooks.flatMap((webhook, index) => {
    const path = `adapters.webhooks[${index}]`;
    const errors: string[] = [];
    if (!isProtectedUrl(webhook.url, ['https'])) {
      errors.push(`${path}.url must be an https URL without credentials, or http to loopback`);
    }
    if (!isWebhookSecret(webhook.secret)) errors.push(`${path}.secret ${SECRET_RULE}`);
    webhook.previousSecrets.forEach((secret, position) => {
      if (!isWebhookSecret(secret)) {
        errors.push(`${path}.previousSecrets[${position}] ${SECRET_RULE}`);
      }
    });
    return errors;
  });
}

const SECRET_RULE = 'must be whsec_ followed by 24 to 64 bytes in base64';

function isWebhookSecret(secret: string): boolean {
  const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

function durableErrors(config: Config): string[] {
  if (config.store.path !== IN_MEMORY) return [];
  return durableAdapters(config).map(
    (path) => `${path}.delivery is durable, which needs a file: set store.path`,
  );
}

function duplicateErrors({ auth, alerts, adapters, desk }: Config): string[] {
  return [
    ...duplicates('auth.apiKeys', 'id', auth.apiKeys),
    ...duplicates('auth.apiKeys', 'key', auth.apiKeys),
    ...duplicates('alerts', 'name', alerts),
    ...duplicates('adapters.webhooks', 'name', adapters.webhooks),
    ...duplicates('desk.suggestions', 'name', desk.suggestions),
  ];
}
