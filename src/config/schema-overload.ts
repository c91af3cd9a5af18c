import Type from 'typebox';
import { section, share, toggle, whole } from './section.ts';

const ratio = (byDefault: number, description: string) =>
  Type.Number({ default: byDefault, minimum: 0.1, maximum: 1, description });

export const OverloadSchema = section(
  'When new calls are refused so that running ones do not suffer, and how fast one sender may knock.',
  {
    enabled: toggle(
      true,
      'Refuse new calls with TW_OVERLOADED, and say so at /readyz, while the gateway is measurably behind. Running calls go on. Default: true.',
    ),
    minCalls: whole(
      10,
      0,
      1_000_000,
      'With fewer calls than this nothing is refused, whatever is measured: so few do not overload a gateway, something else on the machine does. Default: 10.',
    ),
    eventLoopDelayMs: whole(
      200,
      1,
      60_000,
      'How late the event loop may be, at its 99th percentile within a second. Audio waits as long. Default: 200.',
    ),
    eventLoopBusyShare: share(
      0.95,
      'Share of the time that the event loop may be busy. It is one thread: at 1 it only falls behind. Default: 0.95.',
    ),
    backlogMs: whole(
      500,
      1,
      60_000,
      'How long a step may wait for the model. Each leg that speaks asks for one every 256 ms, in its first two seconds every 128 ms. Default: 500.',
    ),
    engineBusyShare: share(0.98, 'Share of the time that the engine may compute. Default: 0.98.'),
    sustainMs: whole(
      3000,
      100,
      600_000,
      'How long one of these must be exceeded before calls are refused, and how long all must be well below before they are taken again. Shorter reacts to stalls that pass by themselves. Default: 3000.',
    ),
    reopenShare: ratio(
      0.8,
      'Calls are taken again once everything is below this share of its limit. The distance to 1 is what stops the gateway from opening and closing in turns. Default: 0.8.',
    ),
    maxUpgradesPerSecond: whole(
      100,
      1,
      1_000_000,
      'WebSockets per second that one address, and one API key or token, may ask for, averaged over a few seconds. More are refused with TW_RATE_LIMITED before there is a socket. All that comes through a proxy has one address. Default: 100.',
    ),
    maxSenders: whole(
      10_000,
      100,
      1_000_000,
      'Addresses and keys whose rate is remembered; beyond it those that have been quiet longest are forgotten. Default: 10000.',
    ),
  },
);
