import assert from 'node:assert/strict';
import { TonewireError } from '../../../src/protocol/errors.ts';
import { cremadParser } from '../../../src/training/corpora/cremad.ts';
import { emotionOf } from '../../../src/training/corpora/labels.ts';
import { parseNemo } from '../../../src/training/corpora/nemo.ts';
import { parseRavdess } from '../../../src/training/corpora/ravdess.ts';

function corpusError(message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof TonewireError);
    assert.equal(error.code, 'TW_CORPUS');
    assert.match(error.message, message);
    return true;
  };
}

describe('emotionOf', () => {
  it('knows the spellings of the corpora, whatever their case', () => {
    const spellings = ['angry', 'ANG', 'Happy', 'HAP', ' fearful', 'disgusted', 'SURPRISED', 'sad'];
    assert.deepEqual(
      spellings.map((spelling) => emotionOf(spelling, 'here')),
      ['anger', 'anger', 'happiness', 'happiness', 'fear', 'disgust', 'surprise', 'sadness'],
    );
  });

  it('refuses an unknown label and says which and where', () => {
    assert.throws(
      () => emotionOf('bored', 'my.csv line 3'),
      corpusError(/my\.csv line 3.*"bored"/),
    );
  });
});

describe('parseRavdess', () => {
  it('reads emotion, intensity, sentence, actor and sex from the name', () => {
    assert.deepEqual(parseRavdess('x/03-01-06-02-01-02-12.flac'), {
      path: 'x/03-01-06-02-01-02-12.flac',
      label: 'fear',
      speaker: 'ravdess-12',
      corpus: 'ravdess',
      sentence: '01',
      intensity: 'strong',
      gender: 'female',
    });
  });

  it('keeps one of the two copies of a recording of actor 07', () => {
    assert.equal(parseRavdess('03-01-03-01-02-02-07.flac'), null);
    assert.notEqual(parseRavdess('03-01-03-01-02-01-07.flac'), null);
    assert.notEqual(parseRavdess('03-01-03-01-02-02-08.flac'), null);
  });

  it('leaves songs and video out, and refuses a name of another kind', () => {
    assert.equal(parseRavdess('03-02-03-01-02-01-07.wav'), null);
    assert.equal(parseRavdess('01-01-03-01-02-01-07.mp4'), null);
    assert.throws(() => parseRavdess('a/take1.wav'), corpusError(/take1\.wav.*not a RAVDESS name/));
  });
});

describe('cremadParser', () => {
  it('reads a name, and names the speaker alike in both folders', () => {
    const real = cremadParser('cremad')('1001_IEO_HAP_HI.opus');
    const resynthesised = cremadParser('cremad-resynth')('1001_IEO_HAP_HI.opus');
    assert.deepEqual(real, {
      path: '1001_IEO_HAP_HI.opus',
      label: 'happiness',
      speaker: 'cremad-1001',
      corpus: 'cremad',
      sentence: 'IEO',
      intensity: 'high',
    });
    assert.equal(resynthesised!.speaker, real!.speaker);
  });

  it('gives no intensity where the level is unspecified, and refuses other names', () => {
    assert.ok(!('intensity' in cremadParser('cremad')('1001_DFA_ANG_XX.opus')!));
    assert.throws(
      () => cremadParser('cremad')('1001_DFA_BOR_XX.wav'),
      corpusError(/not a CREMA-D/),
    );
  });
});

describe('parseNemo', () => {
  it('reads speaker, emotion and sentence', () => {
    assert.deepEqual(parseNemo('d/EB0_surprised_12.opus'), {
      path: 'd/EB0_surprised_12.opus',
      label: 'surprise',
      speaker: 'nemo-EB0',
      corpus: 'nemo',
      sentence: '12',
    });
  });

  it('refuses other names', () => {
    assert.throws(() => parseNemo('EB0_anger.opus'), corpusError(/not an nEMO name/));
  });
});
