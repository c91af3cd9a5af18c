import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COLUMNS, ReadingTable, ROW_WIDTH } from '../../src/desk/reading-table.ts';
import type { EventData } from '../../src/protocol/events.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const STEP_MS = 500;
const sample = sampleEvent('emotion.updated').data;

function update(
  index: number,
  data: Partial<EventData<'emotion.updated'>> = {},
): EventData<'emotion.updated'> {
  return { ...sample, span: { startMs: index * STEP_MS, endMs: (index + 1) * STEP_MS }, ...data };
}

function filled(maxRows: number, updates: number): ReadingTable {
  const table = new ReadingTable(maxRows);
  for (let index = 0; index < updates; index += 1) table.add(update(index));
  return table;
}

describe('a table of readings', () => {
  it('keeps every measurement of an update in a row', () => {
    const table = filled(8, 1);
    const { probabilities, prosody } = sample;
    const expected = {
      startMs: 0,
      endMs: STEP_MS,
      speaking: 1,
      confidence: sample.confidence,
      arousal: sample.arousal,
      valence: sample.valence,
      pitchHz: prosody.pitchHz,
      intensityDb: prosody.intensityDb,
      speechRateHz: prosody.speechRateHz,
    };
    for (const [name, value] of Object.entries(expected)) {
      const column = COLUMNS[name as keyof typeof COLUMNS];
      assert.equal(table.at(0, column), Math.fround(value as number), name);
    }
    EMOTIONS.forEach((emotion, index) => {
      const kept = table.at(0, COLUMNS.probabilities + index);
      assert.equal(kept, Math.fround(probabilities[emotion]), emotion);
    });
    assert.equal(table.label(0), 'anger');
  });

  it('never has more rows than its bound, covers the whole call, and counts what it merged', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 2000 }),
        (halfOfRows, updates) => {
          const maxRows = halfOfRows * 2;
          const table = filled(maxRows, updates);
          assert.ok(table.length <= maxRows);
          assert.ok(table.byteLength <= (maxRows + 1) * ROW_WIDTH * 4);
          assert.equal(table.length + table.merged, updates);
          assert.equal(table.at(0, COLUMNS.startMs), 0);
          assert.equal(table.at(table.length - 1, COLUMNS.endMs), updates * STEP_MS);
          for (let row = 1; row < table.length; row += 1) {
            const before = table.at(row - 1, COLUMNS.endMs);
            assert.equal(table.at(row, COLUMNS.startMs), before, 'no hole, no overlap');
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('uses at least half of its room once it had to merge', () => {
    for (let updates = 17; updates < 200; updates += 1) {
      assert.ok(filled(16, updates).length > 8);
    }
  });

  it('keeps the mean of what it merges', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 }),
        (arousals) => {
          const table = new ReadingTable(4);
          arousals.forEach((arousal, index) => void table.add(update(index, { arousal })));
          assert.equal(table.length, 4);
          for (let row = 0; row < 4; row += 1) {
            const merged = arousals.slice(row * 16, (row + 1) * 16);
            const mean = merged.reduce((sum, value) => sum + value, 0) / 16;
            assert.ok(Math.abs(table.at(row, COLUMNS.arousal) - mean) < 1e-5);
          }
        },
      ),
    );
  });

  it('keeps the surer label, any speech, and a pitch that one of the two had', () => {
    const table = new ReadingTable(2);
    const silent = { ...sample.prosody, pitchHz: null };
    table.add(update(0, { label: 'sadness', confidence: 0.7, prosody: silent, speaking: false }));
    table.add(update(1, { label: 'anger', confidence: 0.5 }));
    table.add(update(2, { label: 'listening', confidence: 0, prosody: silent }));
    assert.equal(table.label(0), 'sadness');
    assert.equal(table.at(0, COLUMNS.confidence), Math.fround(0.7));
    assert.equal(table.at(0, COLUMNS.speaking), 1);
    assert.equal(table.at(0, COLUMNS.pitchHz), 182.5);
    assert.ok(Number.isNaN(table.at(1, COLUMNS.pitchHz)));
  });

  it('finds the row of a position', () => {
    const table = filled(16, 10);
    assert.equal(table.rowAt(0), 0);
    assert.equal(table.rowAt(STEP_MS), 0);
    assert.equal(table.rowAt(STEP_MS + 1), 1);
    assert.equal(table.rowAt(11 * STEP_MS), 10);
  });
});
