import type { CallName } from '../context/contexts.ts';

/** `{callId}` or `{metadata.NAME}`; the configuration permits no others. */
const PLACEHOLDER = /\{(?:callId|metadata\.([^{}]+))\}/g;

/**
 * The bot's conversation that a call belongs to, by a template such as
 * `{metadata.conversationId}`. Undefined when the call does not say: then it is none of the bot's.
 */
export function conversationOf(template: string, call: CallName): string | undefined {
  let complete = true;
  const id = template.replace(PLACEHOLDER, (_, name: string | undefined) => {
    const value = name === undefined ? call.callId : ownValue(call.metadata, name);
    if (!value) complete = false;
    return value ?? '';
  });
  // No encoding keeps these two from climbing to another path of the bot's server.
  return complete && id !== '.' && id !== '..' ? id : undefined;
}

/** Its own only: whoever asks for `toString` must not get a function. */
function ownValue(metadata: CallName['metadata'], name: string): string | undefined {
  return Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}
