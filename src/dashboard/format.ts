const SECOND_MS = 1000;

/** A length or position in a call: 0:07, 12:30, 1:02:03. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A length in words' place, where the exact second does not matter: 40 s, 12 min, 3.5 h. */
export function formatSpan(ms: number): string {
  const seconds = ms / SECOND_MS;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const dateAndTime = new Intl.DateTimeFormat(undefined, {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayOnly = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

export const formatMoment = (iso: string) => dateAndTime.format(Date.parse(iso));
export const formatTimeOfDay = (iso: string) => timeOfDay.format(Date.parse(iso));
export const formatDay = (day: string) => dayOnly.format(Date.parse(day));

/** A long id as its two ends; the whole stands in a title beside it. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}
