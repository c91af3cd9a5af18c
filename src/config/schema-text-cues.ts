import { section, whole } from './section.ts';

export const TextCuesSchema = section(
  'What was said, beside how: lines of a transcript, where a source sends them.',
  {
    maxLinesPerSecond: whole(
      5,
      1,
      1000,
      'Lines of one leg a second, averaged over a few seconds. More are left out and counted in the metrics. Default: 5.',
    ),
  },
);
