import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { Signal } from '../protocol/signals.ts';
import type { Config } from './schema.ts';

type Condition = Config['alerts'][number]['conditions'][number];

const PROSODY: readonly Signal[] = ['intensityDb', 'speechRateHz', 'pitchSemitones'];

/** What is wrong with the rules that no schema can say: each complaint begins with the option's path. */
export function alertErrors({ alerts, analysis }: Config): string[] {
  const { customer, agent, mixed } = analysis.legs;
  const analysed = { customer, agent: agent.analysed, mixed };
  return alerts.flatMap(({ leg, emotion, conditions }, index) => {
    const path = `alerts[${index}]`;
    const errors = conditions.flatMap((condition, place) =>
      conditionErrors(condition).map((error) => `${path}.conditions[${place}]${error}`),
    );
    if (!analysed[leg]) {
      errors.push(
        `${path}.leg is ${leg}, which analysis.legs switches off, so the rule could never fire`,
      );
    }
    for (const named of [emotion, ...conditions.map(({ signal }) => signal)]) {
      if (isEmotion(named) && !analysis.emotions.includes(named)) {
        errors.push(
          `${path} watches ${named}, which analysis.emotions leaves out, so the rule could never fire`,
        );
      }
    }
    if (emotion === undefined && conditions.length === 0) {
      errors.push(`${path} watches nothing: give it an emotion, or conditions`);
    }
    return errors;
  });
}

function conditionErrors(condition: Condition): string[] {
  const { signal, measure, above, below } = condition;
  if ((above === undefined) === (below === undefined)) {
    return [' must have a limit: either above or below'];
  }
  if (measure === 'overBaseline' && !PROSODY.includes(signal)) {
    return [`.measure overBaseline is for ${PROSODY.join(', ')} only`];
  }
  if (measure === 'change' && signal === 'silenceMs') {
    return ['.measure change is not for silenceMs, which only grows'];
  }
  const [lowest, highest] = range(condition);
  if (above !== undefined && above > highest) return [`.above is never reached: ${highest} is`];
  if (below !== undefined && below < lowest) return [`.below is never reached: ${lowest} is`];
  return [];
}

function isEmotion(name: Signal | Emotion | undefined): name is Emotion {
  return EMOTIONS.some((emotion) => emotion === name);
}

/** The least and most that a signal can be, or change by. */
function range({ signal, measure }: Condition): readonly [number, number] {
  const most = spread(signal);
  if (most === undefined) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [lowest, highest] = most;
  return measure === 'change' ? [lowest - highest, highest - lowest] : most;
}

function spread(signal: Signal): readonly [number, number] | undefined {
  if (isEmotion(signal)) return [0, 1];
  if (signal === 'valence' || signal === 'arousal') return [-1, 1];
  return undefined;
}
