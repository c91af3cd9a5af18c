import assert from 'node:assert/strict';
import { TonewireError } from '../../../src/protocol/errors.ts';
import { cremadParser } from '../../../src/training/corpora/cremad.ts';
import { parseEmodb } from '../../../src/training/corpora/emodb.ts';
import { emotionOf } from '../../../src/training/corpora/labels.ts';
import { parseNemo } from '../../../src/training/corpora/nemo.ts';
import { parseRavdess } from '../../../src/training/corpora/ravdess.ts';
import { parseSavee } from '../../../src/training/corpora/savee.ts';
import { parseTess } from '../../../src/training/corpora/tess.ts';

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

describe('parseTess', () => {
  it('reads speaker, word, emotion, sex and age', () => {
    assert.deepEqual(parseTess('OAF_angry/OAF_back_angry.wav'), {
      path: 'OAF_angry/OAF_back_angry.wav',
      label: 'anger',
      speaker: 'tess-OAF',
      corpus: 'tess',
      sentence: 'back',
      gender: 'female',
      ageYears: 64,
    });
  });

  it('knows pleasant surprise, the younger speaker, and the name that lost a letter', () => {
    const younger = parseTess('YAF_pleasant_surprised/YAF_youth_ps.wav');
    assert.deepEqual(
      [younger.label, younger.speaker, younger.ageYears],
      ['surprise', 'tess-YAF', 26],
    );
    assert.equal(parseTess('OAF_neutral/OA_bite_neutral.wav').speaker, 'tess-OAF');
  });

  it('refuses other names', () => {
    assert.throws(() => parseTess('OAF_back_bored.wav'), corpusError(/not a TESS name/));
    assert.throws(() => parseTess('XAF_back_angry.wav'), corpusError(/not a TESS name/));
  });
});

describe('parseEmodb', () => {
  it('reads speaker, text and emotion, and knows the speakers', () => {
    assert.deepEqual(parseEmodb('wav/03a01Fa.wav'), {
      path: 'wav/03a01Fa.wav',
      label: 'happiness',
      speaker: 'emodb-03',
      corpus: 'emodb',
      sentence: 'a01',
      gender: 'male',
      ageYears: 31,
    });
  });

  it('reads every German letter, and leaves boredom out', () => {
    assert.deepEqual(
      ['16b10Wb', '14a05Ea', '11b02Ad', '13a04Ta', '08a07Na', '16a02Lb'].map(
        (stem) => parseEmodb(`${stem}.wav`)?.label,
      ),
      ['anger', 'disgust', 'fear', 'sadness', 'neutral', undefined],
    );
  });

  it('refuses other names and a speaker who is not of the ten', () => {
    assert.throws(() => parseEmodb('03a01Xa.wav'), corpusError(/not an EmoDB name/));
    assert.throws(() => parseEmodb('04a01Fa.wav'), corpusError(/not an EmoDB name/));
  });
});

describe('parseSavee', () => {
  it('reads the speaker from the name, or from the folder of the original', () => {
    const expected = {
      label: 'sadness',
      speaker: 'savee-DC',
      corpus: 'savee',
      sentence: 'sa01',
      gender: 'male',
    };
    for (const path of ['ALL/DC_sa01.wav', 'AudioData/DC/sa01.wav']) {
      assert.deepEqual(parseSavee(path), { path, ...expected });
    }
  });

  it('tells apart the codes that begin alike', () => {
    assert.deepEqual(
      ['a', 'd', 'f', 'h', 'n', 'sa', 'su'].map((code) => parseSavee(`KL_${code}15.wav`).label),
      ['anger', 'disgust', 'fear', 'happiness', 'neutral', 'sadness', 'surprise'],
    );
  });

  it('refuses other names and a file without a speaker', () => {
    assert.throws(() => parseSavee('DC_s01.wav'), corpusError(/not a SAVEE name/));
    assert.throws(() => parseSavee('AudioData/a01.wav'), corpusError(/not a SAVEE name/));
  });
});
