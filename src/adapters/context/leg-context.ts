import type { Config } from '../../config/schema.ts';
import { type BotContext, PERCEIVED } from '../../protocol/bot-context.ts';
import type { EventData } from '../../protocol/events.ts';
import type { Label } from '../../protocol/labels.ts';
import { StrainTrend, strainOf } from './strain-trend.ts';

export type ContextConfig = Config['context'];

/** What of an emotion.updated counts here. */
export type Reading = Pick<
  EventData<'emotion.updated'>,
  'span' | 'speechMs' | 'label' | 'confidence' | 'arousal' | 'valence'
>;

type Shown = Exclude<Label, 'listening'>;

/**
 * One leg's context as a state machine: readings in, and now and then a context that is worth
 * telling. It knows no clock but the leg's, and no silence: what was heard last stands until
 * something else is heard.
 */
export class LegContext {
  readonly #config: ContextConfig;
  readonly #strain = new StrainTrend();
  #shown: Shown | undefined;
  #sinceMs = 0;
  #confidence = 0;
  #speechMs = 0;
  /** Since when expression and trend together are what they are. */
  #settledMs = 0;
  #told: { readonly key: string; readonly atMs: number } | undefined;

  constructor(config: ContextConfig) {
    this.#config = config;
  }

  /** The newest context; undefined until an expression was heard. */
  get context(): BotContext | undefined {
    if (this.#shown === undefined) return undefined;
    const { trend } = this.#strain;
    const { suggestions } = this.#config;
    const hints = [suggestions[this.#shown], trend === 'steady' ? '' : suggestions[trend]];
    return {
      current: PERCEIVED[this.#shown],
      trend,
      since: this.#sinceMs,
      confidence: Math.round(this.#confidence * 100) / 100,
      suggestion: hints.filter((text) => text !== '').join(' '),
    };
  }

  /**
   * Takes one reading. Returns the context when it should be told: expression or trend differ from
   * what was told last, have stood for `holdMs`, and `minIntervalMs` have passed since.
   */
  read({ span, speechMs, label, confidence, arousal, valence }: Reading): BotContext | undefined {
    const atMs = span.endMs;
    const before = this.#key;
    const newSpeechMs = speechMs - this.#speechMs;
    this.#speechMs = speechMs;
    if (label !== 'listening') {
      if (newSpeechMs > 0) this.#strain.read(strainOf(valence, arousal), newSpeechMs);
      this.#show(label, atMs);
    }
    this.#confidence = confidence;
    if (this.#key !== before) this.#settledMs = atMs;
    return this.#tell(atMs);
  }

  get #key(): string {
    return `${this.#shown} ${this.#strain.trend}`;
  }

  #show(label: Shown, atMs: number): void {
    // That nothing is clear is news only after something was.
    if (this.#shown === label || (this.#shown === undefined && label === 'uncertain')) return;
    this.#shown = label;
    this.#sinceMs = atMs;
  }

  #tell(atMs: number): BotContext | undefined {
    const key = this.#key;
    if (this.#shown === undefined || key === this.#told?.key) return undefined;
    if (atMs - this.#settledMs < this.#config.holdMs) return undefined;
    if (this.#told && atMs - this.#told.atMs < this.#config.minIntervalMs) return undefined;
    this.#told = { key, atMs };
    return this.context;
  }
}
