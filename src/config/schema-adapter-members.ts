import Type from 'typebox';
import type { EventType } from '../protocol/events.ts';
import { deliveryMember } from './schema-delivery.ts';
import { filterSection } from './schema-filter.ts';
import { whole } from './section.ts';

/** What an instance of an adapter is called. */
export function adapterName(description: string): Type.TString {
  return Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9._-]+$',
    description,
  });
}

/**
 * What every named instance of an adapter has.
 * @param types what the adapter can use at all
 */
export function adapterMembers(types: readonly EventType[], byDefault: readonly EventType[]) {
  return {
    name: adapterName('Names the instance in logs and metrics; unique.'),
    filter: filterSection(types, byDefault),
    delivery: deliveryMember(),
    maxQueue: whole(
      1000,
      1,
      100_000,
      'Live events that may wait for it. When full the oldest is dropped and counted. Default: 1000.',
    ),
  };
}
