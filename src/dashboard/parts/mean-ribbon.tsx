import type { Probabilities } from '../../protocol/events.ts';
import { STACK_ORDER } from '../call/series.ts';
import { formatPercent } from '../format.ts';
import { STRINGS } from '../strings.ts';

/** The mean of the eight as one bar; in words for whoever cannot see it, or points at it. */
export function MeanRibbon({ mean }: { readonly mean: Probabilities | null | undefined }) {
  if (!mean) return <span class="soft">–</span>;
  const words = STACK_ORDER.toSorted((a, b) => mean[b] - mean[a])
    .slice(0, 3)
    .map((emotion) => `${STRINGS.labels[emotion]} ${formatPercent(mean[emotion])}`)
    .join(', ');
  return (
    <span class="mean-ribbon" title={words}>
      <span class="visually-hidden">{words}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {STACK_ORDER.map((emotion, index) => {
          const before = STACK_ORDER.slice(0, index).reduce((sum, other) => sum + mean[other], 0);
          return (
            <rect
              key={emotion}
              class={`fill-${emotion}`}
              x={before * 100}
              y={0}
              width={Math.max(0, mean[emotion] * 100 - 0.4)}
              height={10}
            />
          );
        })}
      </svg>
    </span>
  );
}
