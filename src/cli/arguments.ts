import { InvalidArgumentError } from 'commander';
import { UNPACED } from './callers/pacer.ts';

/** `--speed 2`, `--speed max`: how many seconds of audio to send in a second; 0 is `max` too. */
export function parseSpeed(text: string): number {
  if (text === 'max') return UNPACED;
  const speed = Number(text);
  if (text.trim() === '' || !Number.isFinite(speed) || speed < 0) {
    throw new InvalidArgumentError('It takes a number such as 1 or 2.5, or "max".');
  }
  return speed === 0 ? UNPACED : speed;
}

/** `--legs 100`: a whole number of at least one. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError('It takes a whole number of at least 1.');
  }
  return count;
}

/** `--fold 2` or `--fold all`: which fold, from 1. */
export function parseFold(text: string): number | 'all' {
  return text === 'all' ? text : parseCount(text);
}

/** `--fold 1,3` or `--fold all`: which folds, from 1. */
export function parseFolds(text: string): readonly number[] | 'all' {
  return text === 'all' ? text : text.split(',').map(parseCount);
}

/** `--url ws://host:port`: the gateway's address as `ws:` or `wss:`, without a path. */
export function parseGatewayUrl(text: string): string {
  if (URL.canParse(text)) {
    const url = new URL(text);
    const protocol = url.protocol.replace(/^http/, 'ws');
    if (/^wss?:$/.test(protocol)) return `${protocol}//${url.host}/`;
  }
  throw new InvalidArgumentError('It takes an address such as ws://127.0.0.1:8460.');
}

/** `--jitter 5`: milliseconds, of which there may be none. */
export function parseMilliseconds(text: string): number {
  const ms = Number(text);
  if (text.trim() === '' || !Number.isFinite(ms) || ms < 0) {
    throw new InvalidArgumentError('It takes a number of milliseconds, at least 0.');
  }
  return ms;
}

const AGE_UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `--older-than 2h`: milliseconds of an age in seconds, minutes, hours or days. */
export function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError('It takes an age such as 90s, 2h or 30d.');
  return Number(count) * AGE_UNITS_MS[unit as keyof typeof AGE_UNITS_MS];
}
