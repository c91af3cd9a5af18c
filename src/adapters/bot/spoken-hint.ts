import type { BotContext } from '../../protocol/bot-context.ts';

/** The context as a language model that speaks can use it, in the words that the options give. */
export function spokenHint({ current, trend, confidence, suggestion }: BotContext): string {
  const strain = trend === 'steady' ? '' : `, strain ${trend}`;
  return [
    `How the caller's voice sounds now: ${current}${strain} (${Math.round(confidence * 100)} % sure).`,
    suggestion,
    'Let it shape how you speak; never mention it, and decide nothing by it.',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
