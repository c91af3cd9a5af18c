import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { LegContext, type Reading } from '../../../src/adapters/context/leg-context.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { type BotContext, BotContextSchema } from '../../../src/protocol/bot-context.ts';
import { EMOTIONS, type Label } from '../../../src/protocol/labels.ts';

const { context: config } = loadConfig();
const UPDATE_MS = 512;

interface Told {
  readonly atMs: number;
  readonly context: BotContext;
}

/** Speaks one label an update and keeps what was told. */
class Voice {
  readonly leg = new LegContext(config);
  readonly told: Told[] = [];
  #atMs = 0;
  #speechMs = 0;

  get atMs(): number {
    return this.#atMs;
  }

  say(label: Label, updates = 1, rest: Partial<Reading> = {}): this {
    for (let i = 0; i < updates; i++) this.#read(label, true, rest);
    return this;
  }

  pause(label: Label, updates = 1, rest: Partial<Reading> = {}): this {
    for (let i = 0; i < updates; i++) this.#read(label, false, rest);
    return this;
  }

  #read(label: Label, speaking: boolean, rest: Partial<Reading>): void {
    const startMs = this.#atMs;
    this.#atMs += UPDATE_MS;
    if (speaking) this.#speechMs += UPDATE_MS;
    const context = this.leg.read({
      span: { startMs, endMs: this.#atMs },
      speechMs: this.#speechMs,
      label,
      confidence: 0.7,
      arousal: label === 'anger' ? 0.59 : 0,
      valence: label === 'anger' ? -0.51 : 0,
      ...rest,
    });
    if (context) this.told.push({ atMs: this.#atMs, context });
  }
}

describe('the context of a leg', () => {
  it('is nothing until an expression was heard, however long that takes', () => {
    const voice = new Voice().say('listening', 10).say('uncertain', 10);
    assert.equal(voice.leg.context, undefined);
    assert.deepEqual(voice.told, []);
  });

  it('is told once the first expression has stood for holdMs', () => {
    const voice = new Voice().say('listening', 2).say('neutral', 20);
    assert.deepEqual(voice.told, [
      {
        atMs: 5 * UPDATE_MS,
        context: {
          current: 'sounds neutral',
          trend: 'steady',
          since: 3 * UPDATE_MS,
          confidence: 0.7,
          suggestion: 'Answer as usual.',
        },
      },
    ]);
  });

  it('says that an outburst is rising, and what to do about it', () => {
    const { told } = new Voice().say('neutral', 20).say('anger', 12);
    const { context } = told.at(-1) ?? assert.fail('nothing was told');
    assert.equal(context.current, 'sounds angry');
    assert.equal(context.trend, 'rising');
    assert.equal(context.since, 21 * UPDATE_MS);
    assert.match(context.suggestion, /^Acknowledge the trouble first.*offer a person\.$/);
  });

  it('leaves a moment of another expression untold', () => {
    const { told } = new Voice().say('neutral', 20).say('surprise', 1).say('neutral', 20);
    assert.equal(told.length, 1);
  });

  it('tells a change that came too soon when its time has come, if it still stands', () => {
    const { told } = new Voice().say('neutral', 3).say('sadness', 4).say('sadness', 10);
    assert.deepEqual(
      told.map(({ atMs }) => atMs),
      [3 * UPDATE_MS, 11 * UPDATE_MS],
    );
    assert.ok((told[1]?.atMs ?? 0) - (told[0]?.atMs ?? 0) >= config.minIntervalMs);
  });

  it('keeps in silence what was heard last, while its confidence fades', () => {
    const voice = new Voice().say('anger', 20);
    const tellings = voice.told.length;
    voice.pause('anger', 4, { confidence: 0.4 }).pause('listening', 20, { confidence: 0.04 });
    assert.equal(voice.told.length, tellings);
    assert.equal(voice.leg.context?.current, 'sounds angry');
    assert.equal(voice.leg.context?.confidence, 0.04);
  });

  it('tells that an expression is no longer clear', () => {
    const { told } = new Voice().say('anger', 40).say('uncertain', 20);
    assert.equal(told.at(-1)?.context.current, 'sounds unclear');
  });

  it('has no suggestion where the configuration has none', () => {
    const suggestions = { ...config.suggestions, neutral: '' };
    const leg = new LegContext({ ...config, suggestions });
    const span = { startMs: 0, endMs: UPDATE_MS };
    leg.read({ span, speechMs: 512, label: 'neutral', confidence: 1, arousal: 0, valence: 0 });
    assert.equal(leg.context?.suggestion, '');
  });
});

describe('for any voice, a context', () => {
  const valid = new Ajv().compile<BotContext>(BotContextSchema);
  const dimension = fc.double({ min: -1, max: 1, noNaN: true });
  const moments = fc.array(
    fc.record({
      label: fc.constantFrom<Label>(...EMOTIONS, 'listening', 'uncertain'),
      updates: fc.integer({ min: 1, max: 12 }),
      speaking: fc.boolean(),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      arousal: dimension,
      valence: dimension,
    }),
    { maxLength: 40 },
  );

  function speak(script: (typeof moments extends fc.Arbitrary<infer T> ? T : never)[number][]) {
    const voice = new Voice();
    for (const { label, updates, speaking, ...rest } of script) {
      if (speaking) voice.say(label, updates, rest);
      else voice.pause(label, updates, rest);
    }
    return voice;
  }

  it('is never told twice within minIntervalMs, nor twice alike', () => {
    let tellings = 0;
    fc.assert(
      fc.property(moments, (script) => {
        const { told } = speak(script);
        tellings += told.length;
        told.slice(1).forEach(({ atMs, context }, i) => {
          const before = told[i] as Told;
          assert.ok(atMs - before.atMs >= config.minIntervalMs);
          assert.notDeepEqual(
            [context.current, context.trend],
            [before.context.current, before.context.trend],
          );
        });
      }),
    );
    assert.ok(tellings > 100, `${tellings} tellings were compared`);
  });

  it('follows its schema, and `since` is never ahead of the audio', () => {
    fc.assert(
      fc.property(moments, (script) => {
        const { told, leg, atMs } = speak(script);
        const last = leg.context;
        for (const context of [...told.map((one) => one.context), ...(last ? [last] : [])]) {
          assert.ok(valid(context), JSON.stringify(valid.errors));
          assert.ok(context.since <= atMs);
        }
      }),
    );
  });

  it('has been told in the end, once the voice has stayed as it is', () => {
    fc.assert(
      fc.property(moments, (script) => {
        const { told, leg } = speak([...script, calm]);
        assert.equal(told.at(-1)?.context.current, leg.context?.current);
        assert.equal(told.at(-1)?.context.trend, leg.context?.trend);
      }),
    );
  });

  const calm = {
    label: 'calm' as const,
    updates: 120,
    speaking: true,
    confidence: 0.8,
    arousal: -0.4,
    valence: 0.6,
  };
});
