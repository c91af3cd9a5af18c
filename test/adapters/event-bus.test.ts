import assert from 'node:assert/strict';
import { EventBus } from '../../src/adapters/event-bus.ts';
import { createLogger, silentLogger } from '../../src/log/logger.ts';
import { stoppedClock } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

describe('EventBus', () => {
  it('hands an event to every listener before publish returns', () => {
    const bus = new EventBus(silentLogger);
    const seen: string[] = [];
    bus.subscribe((event) => seen.push(`a${event.id}`));
    bus.subscribe((event) => seen.push(`b${event.id}`));
    bus.publish(sampleEvent('audio.gap', 1));
    assert.deepEqual(seen, ['aevent-1', 'bevent-1']);
  });

  it('ends one subscription and leaves the same function subscribed otherwise', () => {
    const bus = new EventBus(silentLogger);
    const seen: string[] = [];
    const listener = ({ id }: { id: string }) => seen.push(id);
    const end = bus.subscribe(listener);
    bus.subscribe(listener);
    end();
    end();
    bus.publish(sampleEvent('audio.gap'));
    assert.deepEqual(seen, ['event-0']);
  });

  it('goes on past a listener that throws and logs its code, not the event', () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const bus = new EventBus(createLogger('debug', { write }, stoppedClock));
    const reached: string[] = [];
    bus.subscribe((event) => {
      throw new RangeError(JSON.stringify(event));
    });
    bus.subscribe(({ id }) => reached.push(id));
    bus.publish(sampleEvent('emotion.updated'));
    assert.deepEqual(reached, ['event-0']);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /TW_INTERNAL/);
    assert.doesNotMatch(lines[0] ?? '', /probabilities|anger/);
  });

  it('hands out what a listener publishes after the event that made it, to everybody', () => {
    const bus = new EventBus(silentLogger);
    const seen: string[] = [];
    bus.subscribe(({ id }) => {
      if (id === 'event-1') bus.publish(sampleEvent('audio.gap', 2));
    });
    bus.subscribe(({ id }) => seen.push(id));
    bus.publish(sampleEvent('audio.gap', 1));
    assert.deepEqual(seen, ['event-1', 'event-2']);
  });

  it('is not disturbed by listeners that come and go while it publishes', () => {
    const bus = new EventBus(silentLogger);
    const seen: string[] = [];
    const end = bus.subscribe(() => {
      end();
      bus.subscribe(() => seen.push('late'));
      seen.push('first');
    });
    bus.subscribe(() => seen.push('second'));
    bus.publish(sampleEvent('audio.gap'));
    assert.deepEqual(seen, ['first', 'second']);
  });
});
