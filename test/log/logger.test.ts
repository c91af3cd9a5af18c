import assert from 'node:assert/strict';
import { createLogger, errorFields, REDACTED_FIELDS } from '../../src/log/logger.ts';
import { TonewireError } from '../../src/protocol/errors.ts';

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

function recorder() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  return { lines, output: { write } };
}

describe('the logger', () => {
  it('writes one JSON line with a static message, the time of its clock, and fields', () => {
    const { lines, output } = recorder();
    const logger = createLogger('info', output, clock).child({ callId: 'c' });
    logger.info('call started', { legs: 2 });
    logger.debug('below the level');
    assert.deepEqual(lines, [
      {
        level: 'info',
        time: '1970-01-01T00:00:00.000Z',
        callId: 'c',
        legs: 2,
        message: 'call started',
      },
    ]);
  });

  it('blanks personal fields, in a line and in a child', () => {
    for (const field of REDACTED_FIELDS) {
      const { lines, output } = recorder();
      const logger = createLogger('debug', output, clock);
      logger.warn('x', { [field]: 'personal' });
      logger.child({ [field]: 'personal' }).error('x');
      assert.deepEqual([lines[0]?.[field], lines[1]?.[field]], ['[redacted]', '[redacted]']);
    }
  });

  it('says what failed by code and place, never in the words of a foreign error', () => {
    const foreign = errorFields(new SyntaxError('unexpected token in "my card number"'));
    assert.equal(foreign.code, 'TW_INTERNAL');
    assert.equal(foreign.cause, 'SyntaxError');
    assert.doesNotMatch(JSON.stringify(foreign), /card/);
    const own = errorFields(new TonewireError('TW_BAD_JSON'));
    assert.equal(own.reason, 'A text message is not valid JSON.');
  });
});
