import Type from 'typebox';
import { section, toggle, whole } from './section.ts';

export const TextCuesSchema = section(
  'What was said, beside how: lines of a transcript, where a source sends them. The words of a line shift the probabilities of its leg for a few seconds (docs/text-cues.md). Calls without a transcript are not touched by any of this.',
  {
    enabled: toggle(
      true,
      'Let lines of a transcript count. Off: they are taken, counted in the metrics, and not looked at. Default: true.',
    ),
    language: Type.String({
      default: 'en',
      pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
      description:
        'The language of lines that do not name theirs. Only English words have scores: lines in any other language contribute nothing. Default: en.',
    }),
    weight: Type.Number({
      default: 1,
      minimum: 0,
      maximum: 4,
      description:
        'How much words may move a reading: at 1, wholly unpleasant words move the odds of anger against happiness by a factor of 3.7 at most, at 2 by 14. No corpus was at hand to fit it. 0 shows what words are worth in `modalities` and moves nothing. Default: 1.',
    }),
    halfLifeMs: whole(
      6000,
      250,
      600_000,
      'After this long, in audio, a line counts half. Longer carries a mood over a pause, and holds on to what is over. Default: 6000.',
    ),
    partials: toggle(
      true,
      'Let partial lines count, half as much as final ones, until the next line replaces them. Off waits for final lines: later and steadier. Default: true.',
    ),
    maxLines: whole(
      16,
      1,
      256,
      'Lines of one leg that count at a time. Beyond it the oldest is forgotten. Default: 16.',
    ),
    maxLinesPerSecond: whole(
      5,
      1,
      1000,
      'Lines of one leg a second, averaged over a few seconds. More are left out and counted in the metrics. Default: 5.',
    ),
    textInEvents: toggle(
      false,
      'Repeat the newest line in emotion.updated, for a desk that shows it. What people say is personal, and goes wherever events go. Default: false.',
    ),
  },
);
