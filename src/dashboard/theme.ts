import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { EMOTIONS, type Label, UNDECIDED } from '../protocol/labels.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'tonewire.theme';

const stored = localStorage.getItem(STORED_AS);
const darkPreferred = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(darkPreferred.matches);
darkPreferred.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches;
});

/** What somebody chose. */
export const theme = signal<Theme>(THEMES.find((name) => name === stored) ?? 'system');

/** What is shown. */
const shown = computed(() =>
  theme.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme.value,
);

/** Before anything else draws: `palette` reads the colours of the theme that the page has. */
effect(() => {
  document.documentElement.dataset.theme = shown.value;
  localStorage.setItem(STORED_AS, theme.value);
});

/** The page's colours, for what is drawn on a canvas. */
export interface Palette {
  readonly labels: Readonly<Record<Label, string>>;
  readonly ink: string;
  readonly inkSoft: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly alert: string;
  readonly speech: string;
  readonly spokeFor: string;
  readonly spokeAgainst: string;
}

export const palette: ReadonlySignal<Palette> = computed(() => {
  shown.value;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const labels = Object.fromEntries(
    [...EMOTIONS, ...UNDECIDED].map((label) => [label, colour(`label-${label}`)]),
  ) as Record<Label, string>;
  return {
    labels,
    ink: colour('ink'),
    inkSoft: colour('ink-soft'),
    line: colour('line'),
    surface: colour('surface'),
    accent: colour('accent'),
    alert: colour('alert'),
    speech: colour('speech'),
    spokeFor: colour('spoke-for'),
    spokeAgainst: colour('spoke-against'),
  };
});

/** The font of what is drawn on a canvas. */
export const CANVAS_FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
