import type { Label } from '../../protocol/labels.ts';

/** Brows, eyes and mouth of each label, as paths in a box of 24: told apart without any colour. */
const FEATURES: Readonly<Record<Label, readonly string[]>> = {
  neutral: ['M8.5 9.8v.6', 'M15.5 9.8v.6', 'M8.5 15.5h7'],
  calm: ['M7 10.5q1.5 1.4 3 0', 'M14 10.5q1.5 1.4 3 0', 'M9 15q3 1.8 6 0'],
  happiness: ['M7 10.5q1.5 -1.8 3 0', 'M14 10.5q1.5 -1.8 3 0', 'M7.5 13.5q4.5 6.5 9 0z'],
  sadness: [
    'M7 9.5l3 -1',
    'M17 9.5l-3 -1',
    'M8.5 11.5v.4',
    'M15.5 11.5v.4',
    'M8.5 17q3.5 -3.5 7 0',
  ],
  anger: ['M6.5 7.8l3.8 2.2', 'M17.5 7.8l-3.8 2.2', 'M8.8 11.8v.4', 'M15.2 11.8v.4', 'M8.5 16.5h7'],
  fear: [
    'M6.8 8.6l3 -1.4',
    'M17.2 8.6l-3 -1.4',
    'M8.5 10.6v1.2',
    'M15.5 10.6v1.2',
    'M7.5 16.5l1.5 -1.4l1.5 1.4l1.5 -1.4l1.5 1.4l1.5 -1.4l1.5 1.4',
  ],
  disgust: [
    'M6.8 9.5l3.2 .8',
    'M17.2 9.5l-3.2 .8',
    'M8.5 15.2q2 -1.5 3.8 0t3.7 -.4',
    'M12.5 15.8q.4 2.6 2 1.4',
  ],
  surprise: [
    'M7 8q1.5 -1.6 3 0',
    'M14 8q1.5 -1.6 3 0',
    'M8.5 10.8v.4',
    'M15.5 10.8v.4',
    'M12 14a1.7 2 0 1 0 .01 0z',
  ],
  listening: ['M8 12v.01', 'M12 12v.01', 'M16 12v.01'],
  uncertain: ['M9.5 9.5q0 -2.7 2.6 -2.7t2.6 2.5q0 1.7 -2.6 2.9v1.3', 'M12.1 16.6v.2'],
};

export interface GlyphProps {
  readonly label: Label;
  readonly size?: number;
}

/** The face of a label. Always beside its name, so it says nothing to a screen reader. */
export function Glyph({ label, size = 24 }: GlyphProps) {
  return (
    <svg
      class={`glyph glyph-${label}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="10" class="glyph-face" />
      <path d={FEATURES[label].join('')} class="glyph-features" />
    </svg>
  );
}
