import { duplicates } from './duplicates.ts';
import type { Config } from './schema.ts';
import { BOT_ADAPTERS } from './schema-bots.ts';
import { isProtectedUrl } from './target-url.ts';

const KINDS = Object.keys(BOT_ADAPTERS) as (keyof typeof BOT_ADAPTERS)[];

/** Combinations of bots' options that could not work or would not be safe. */
export function botErrors(config: Config): string[] {
  const { adapters } = config;
  return [
    ...KINDS.flatMap((kind) => duplicates(`adapters.${kind}`, 'name', adapters[kind])),
    ...urlErrors(config),
    ...contextErrors(config),
    ...adapters.botpress.flatMap(({ userKey, encryptionKey }, index) =>
      (userKey === undefined) === (encryptionKey === undefined)
        ? [`adapters.botpress[${index}] takes either userKey or encryptionKey`]
        : [],
    ),
    ...adapters.rasa.flatMap(({ token, jwt }, index) =>
      token !== undefined && jwt !== undefined
        ? [`adapters.rasa[${index}] takes token or jwt, not both`]
        : [],
    ),
  ];
}

function urlErrors({ adapters }: Config): string[] {
  return KINDS.flatMap((kind) =>
    adapters[kind].flatMap((bot, index) => {
      const key = 'endpoint' in bot ? 'endpoint' : 'url';
      const url = 'endpoint' in bot ? bot.endpoint : 'url' in bot ? bot.url : undefined;
      const scheme = kind === 'openaiRealtime' ? 'wss' : 'https';
      if (url === undefined || isProtectedUrl(url, [scheme])) return [];
      return [
        `adapters.${kind}[${index}].${key} must be an ${scheme} URL without credentials, or ${scheme.slice(0, -1)} to loopback`,
      ];
    }),
  );
}

function contextErrors({ adapters, analysis, context }: Config): string[] {
  const asked = KINDS.find((kind) => adapters[kind].length > 0);
  if (asked === undefined) return [];
  if (!context.enabled) return [`context.enabled must be true for adapters.${asked}`];
  const { customer, agent, mixed } = analysis.legs;
  const analysed = { customer, agent: agent.analysed, mixed };
  if (analysed[context.leg]) return [];
  return [
    `context.leg is ${context.leg}, which analysis.legs switches off, so adapters.${asked} would never be told anything`,
  ];
}
