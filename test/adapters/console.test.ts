import assert from 'node:assert/strict';
import { createConsoleAdapter } from '../../src/adapters/console.ts';
import type { EventFilterOptions } from '../../src/adapters/event-filter.ts';
import { type AnyEvent, EVENT_TYPES } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

function printer(format: 'text' | 'json', filter?: EventFilterOptions) {
  const lines: string[] = [];
  const output = {
    write(text: string, done: (error?: Error | null) => void) {
      lines.push(text);
      done();
    },
  };
  return { adapter: createConsoleAdapter({ output, format, ...(filter && { filter }) }), lines };
}

async function printed(format: 'text' | 'json', event: AnyEvent): Promise<string> {
  const { adapter, lines } = printer(format);
  await adapter.event?.(event, new AbortController().signal);
  assert.equal(lines.length, 1);
  return lines[0] ?? '';
}

adapterContract(
  'console',
  async () => {
    const { adapter, lines } = printer('json');
    return { adapter, received: () => lines.map((line) => JSON.parse(line).type) };
  },
  async () => {
    const output = {
      write: (_text: string, done: (error: Error) => void) => done(new RangeError('EPIPE')),
    };
    return { adapter: createConsoleAdapter({ output, format: 'text' }), received: () => [] };
  },
);

describe('the console adapter', () => {
  for (const type of EVENT_TYPES) {
    it(`prints ${type} as one line for people`, async () => {
      const line = await printed('text', sampleEvent(type));
      assert.match(line, new RegExp(`^03:04:05\\.678 call-1 .*${type.replace('.', '\\.')} .+\\n$`));
    });
  }

  it('says who sounds how, and how surely', async () => {
    assert.equal(
      await printed('text', sampleEvent('emotion.updated')),
      '03:04:05.678 call-1 customer emotion.updated 1.5 s anger 60 %, arousal 0.50, valence -0.50\n',
    );
  });

  it('prints each event as JSON on a line of its own when asked', async () => {
    const event = sampleEvent('segment.ended');
    assert.deepEqual(JSON.parse(await printed('json', event)), event);
  });

  it('lets no call id steer the terminal', async () => {
    const event = sampleEvent('audio.gap', 0, { callId: '\u001b[2Jcall\nother\u202e' });
    const line = await printed('text', event);
    assert.doesNotMatch(line.slice(0, -1), /\p{Cc}|\p{Cf}/u);
  });

  it('prints only the events asked for', () => {
    const filter = { events: ['call.ended'] } as const;
    assert.equal(printer('text', filter).adapter.filter, filter);
  });
});
