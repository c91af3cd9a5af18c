import type { EventData } from '../protocol/events.ts';
import type { Emotion, Leg } from '../protocol/labels.ts';

/** "This leg has sounded like this for so long." */
export interface AlertRule {
  readonly name: string;
  readonly leg: Leg;
  readonly emotion: Emotion;
  /** Calibrated probability from which time counts, 0..1. */
  readonly probability: number;
  readonly forMs: number;
  /** Quiet time after an alert of this rule. */
  readonly cooldownMs: number;
  readonly text: string;
}

type Update = Omit<EventData<'emotion.updated'>, 'callId' | 'leg'>;
type Alert = Omit<EventData<'alert.raised'>, 'callId' | 'leg'>;

/**
 * Watches one leg's updates for one rule. Only speech counts: a pause neither adds to the time
 * held nor ends it. Nothing is raised while the leg is still "listening".
 */
export class AlertWatch {
  readonly #rule: AlertRule;
  #heldMs = 0;
  #quietUntilMs = 0;

  constructor(rule: AlertRule) {
    this.#rule = rule;
  }

  update(update: Update): Alert | null {
    const rule = this.#rule;
    const probability = update.probabilities[rule.emotion];
    if (!update.speaking) return null;
    const counts = update.label !== 'listening' && probability >= rule.probability;
    this.#heldMs = counts ? this.#heldMs + update.span.endMs - update.span.startMs : 0;
    const atMs = update.span.endMs;
    if (this.#heldMs < rule.forMs || atMs < this.#quietUntilMs) return null;
    this.#quietUntilMs = atMs + rule.cooldownMs;
    const { name, text, emotion } = rule;
    return { atMs, rule: name, text, emotion, probability, heldMs: this.#heldMs };
  }
}
