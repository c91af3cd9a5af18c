import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readCallAudio } from '../../src/cli/callers/call-audio.ts';
import type { AudioFormat } from '../../src/pipeline/analysis.ts';
import { stepLogits } from '../helpers/step-logits.ts';

interface KeptLogits {
  /** The code that computed them. */
  readonly commit: string;
  readonly cases: readonly { readonly format: AudioFormat; readonly logits: number[][] }[];
}

/** How far a change of the front end or an engine may move a logit. */
const TOLERANCE = 1e-3;

describe('the shipped model on the sample call', () => {
  const kept: KeptLogits = JSON.parse(
    readFileSync('test/fixtures/sample-call-logits.json', 'utf8'),
  );

  for (const { format, logits } of kept.cases) {
    it(`gives the logits it gave when it was shipped, from ${format.encoding}`, async () => {
      const rows = await stepLogits(
        await readCallAudio('media/sample-call/sample-call.wav'),
        format,
      );
      assert.equal(rows.length, logits.length);
      assert.ok(rows.length > 40, `only ${rows.length} steps`);
      let largest = 0;
      rows.forEach((row, step) => {
        row.forEach((logit, label) => {
          largest = Math.max(largest, Math.abs(logit - logits[step]![label]!));
        });
      });
      assert.ok(largest <= TOLERANCE, `a logit differs by ${largest}`);
    });
  }
});
