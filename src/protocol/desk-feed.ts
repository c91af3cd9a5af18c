import Type, { type Static } from 'typebox';
import {
  AcknowledgementSchema,
  IdSchema,
  LegNameSchema,
  LegReadingSchema,
  LiveCallSchema,
  LiveCallsSchema,
  NoteSchema,
  SuggestionSchema,
} from './desk.ts';
import { type AnyEvent, EVENT_TYPES, eventSchema } from './events.ts';

/**
 * The coalesced live feed at DESK_FEED_PATH: one `desk.snapshot`, then a `desk.batch` at most every
 * `intervalMs`, and none while nothing happened. A batch holds every discrete event, but of the
 * rolling updates only the newest of each leg; of a watched call, all of them as events too.
 * A failure is the `error` message of messages.ts, before the socket closes.
 */
const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

export const DeskSnapshotSchema = object({
  type: Type.Literal('desk.snapshot'),
  intervalMs: Type.Integer({ minimum: 50 }),
  ...LiveCallsSchema.properties,
});
export type DeskSnapshot = Static<typeof DeskSnapshotSchema>;

export const LegUpdateSchema = object({
  callId: IdSchema,
  leg: LegNameSchema,
  reading: LegReadingSchema,
});
export type LegUpdate = Static<typeof LegUpdateSchema>;

/** What happened to a call at the desk rather than on the line. */
export const DeskActionSchema = Type.Union([
  object({
    type: Type.Literal('alert.acknowledged'),
    callId: IdSchema,
    alertId: IdSchema,
    acknowledgement: AcknowledgementSchema,
  }),
  object({ type: Type.Literal('note.added'), callId: IdSchema, note: NoteSchema }),
  object({ type: Type.Literal('suggestion.made'), callId: IdSchema, suggestion: SuggestionSchema }),
]);
export type DeskAction = Static<typeof DeskActionSchema>;

export const DeskBatchSchema = object({
  type: Type.Literal('desk.batch'),
  at: Type.String({ format: 'date-time', description: "The server's clock, for durations." }),
  calls: Type.Array(LiveCallSchema, { description: 'Calls that have started since.' }),
  updates: Type.Array(LegUpdateSchema, { description: 'At most one a leg.' }),
  events: Type.Array(Type.Unsafe<AnyEvent>({ anyOf: EVENT_TYPES.map(eventSchema) }), {
    description:
      'In the order of their sequence within a call. emotion.updated only of the watched call.',
  }),
  actions: Type.Array(DeskActionSchema),
});
export type DeskBatch = Static<typeof DeskBatchSchema>;

export type DeskMessage = DeskSnapshot | DeskBatch;

/**
 * The one message that a desk sends: from the next batch on, events hold every emotion.updated of
 * this call; null ends it. Ask for the call's detail afterwards and skip events up to its `sequence`.
 */
export const DeskWatchSchema = object({
  type: Type.Literal('desk.watch'),
  callId: Type.Union([IdSchema, Type.Null()]),
});
export type DeskWatch = Static<typeof DeskWatchSchema>;
