import Type from 'typebox';
import { section, whole } from './section.ts';

/** What every adapter that can fail has: which guarantee it gives. */
export function deliveryMember() {
  return Type.Enum(['live', 'durable'], {
    default: 'live',
    description:
      '`live`: events wait in memory, the oldest is dropped and counted when there are too many. `durable`: they wait in the file of store.path until they are delivered, at least once, in order within a call, through restarts; retried for three days, then kept as dead letters (`tonewire outbox`). Costs a write to disk an event: leave emotion.updated out unless it matters. Default: live.',
  });
}

export const OutboxSchema = section(
  'What waits for durable adapters. Each adapter has these bounds for itself.',
  {
    maxRows: whole(
      100_000,
      100,
      10_000_000,
      'Events of one adapter, dead letters included. When full, its oldest dead letters are forgotten first, then new events are lost, counted and complained about; the last tenth is kept from emotion.updated. About 200 bytes of memory each. Default: 100000.',
    ),
    maxBytes: whole(
      268_435_456,
      65_536,
      1_099_511_627_776,
      'The same in bytes of their JSON, about what they take on disk. Default: 268435456 (256 MiB).',
    ),
    circuitMs: whole(
      10_000,
      10,
      3_600_000,
      'After five failures in a row a target is left alone for this long, then tried with one event at a time. Default: 10000.',
    ),
  },
);
