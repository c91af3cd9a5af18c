import type { ConditionTrial, RuleOutcome } from '../../evaluation/rule-trial.ts';
import { plain, seconds } from './units.ts';

/** What became of one rule, for a person. */
export function ruleLines({
  rule,
  leg,
  heard,
  fired,
  longest,
  conditions,
}: RuleOutcome): readonly string[] {
  const name = `${plain(rule)} (${leg})`;
  if (!heard) return [`${name}: the recording has no such leg`];
  const { heldMs, forMs, atMs } = longest;
  const held =
    heldMs === 0
      ? 'never fulfilled'
      : `held ${seconds(heldMs)} of ${seconds(forMs)} until ${seconds(atMs)}`;
  const when = fired.map((alert) => seconds(alert.atMs)).join(', ');
  const headline = fired.length > 0 ? `fires at ${when}` : `does not fire: ${held}`;
  return [`${name}: ${headline}`, ...conditions.map(conditionLine)];
}

function conditionLine({ signal, measure, above, below, closest }: ConditionTrial): string {
  const what = measure === 'value' ? signal : `${signal} ${MEASURED[measure]}`;
  const limit = above === undefined ? `≤ ${below}` : `≥ ${above}`;
  const came =
    closest === null
      ? 'nothing to go by'
      : `closest ${Number(closest.value.toFixed(4))} at ${seconds(closest.atMs)}`;
  return `  ${what} ${limit}: ${came}`;
}

const MEASURED = { overBaseline: 'over the usual', change: 'change' } as const;
