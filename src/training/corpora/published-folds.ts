/** EmoBox (Ma et al., Interspeech 2024): RAVDESS, test actors of the six folds. */
const EMOBOX = [
  [1, 11, 20, 21],
  [4, 10, 12, 14],
  [8, 9, 19, 23],
  [3, 5, 7, 24],
  [2, 15, 16, 18],
  [6, 13, 17, 22],
];

/** ResLSTM-SA's five folds of RAVDESS, for the head-to-head with it. */
const RESLSTM = [
  [2, 5, 14, 15, 16],
  [3, 6, 7, 13, 18],
  [10, 11, 12, 19, 20],
  [8, 17, 21, 23, 24],
  [1, 4, 9, 22],
];

/** First and last actor of CREMA-D's five blocks. */
const CREMAD_BLOCKS = [
  [1001, 1018],
  [1019, 1036],
  [1037, 1054],
  [1055, 1072],
  [1073, 1091],
] as const;

const IEMOCAP_SESSIONS = ['01', '02', '03', '04', '05'];

/** Test speakers of each fold, for cuts of one corpus that name their speakers. */
export const PUBLISHED_FOLDS = {
  emobox: EMOBOX.map(ravdessSpeakers),
  reslstm: RESLSTM.map(ravdessSpeakers),
  'cremad-blocks': CREMAD_BLOCKS.map(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `cremad-${first + i}`),
  ),
  'iemocap-sessions': IEMOCAP_SESSIONS.map((session) => [
    `iemocap-${session}F`,
    `iemocap-${session}M`,
  ]),
} as const satisfies Record<string, readonly (readonly string[])[]>;

function ravdessSpeakers(actors: readonly number[]): string[] {
  return actors.map((actor) => `ravdess-${String(actor).padStart(2, '0')}`);
}
