import Type, { type Static } from 'typebox';
import { AnyLabelSchema, CallSummarySchema } from './desk.ts';
import { DESK_BOUNDS, EXPORT_FORMATS } from './desk-endpoints.ts';
import { ProbabilitiesSchema } from './events.ts';

/** Finished calls: search, summaries of days, export and deletion. */
const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

const DaySchema = Type.String({ format: 'date', description: 'A day in UTC, such as 2026-11-27.' });
const FormatSchema = Type.Enum(EXPORT_FORMATS);

const filter = {
  search: Type.Optional(
    Type.String({
      maxLength: DESK_BOUNDS.maxSearchLength,
      description: 'Words in the caller, the call id or the values of the metadata.',
    }),
  ),
  fromDay: Type.Optional(DaySchema),
  toDay: Type.Optional(DaySchema),
  dominant: Type.Optional(AnyLabelSchema),
  source: Type.Optional(Type.String({ maxLength: 64 })),
  alerts: Type.Optional(
    Type.Enum(['any', 'unacknowledged'], { description: 'Only calls with such alerts.' }),
  ),
};

/** Newest first; a page goes on where the `nextCursor` of the one before points. */
export const HistoryQuerySchema = object({
  ...filter,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: DESK_BOUNDS.maxHistoryPage,
      description: 'Default: 50.',
    }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 256 })),
});
export type HistoryQuery = Static<typeof HistoryQuerySchema>;

export const HistoryPageSchema = object({
  calls: Type.Array(CallSummarySchema, { maxItems: DESK_BOUNDS.maxHistoryPage }),
  nextCursor: nullable(Type.String()),
});
export type HistoryPage = Static<typeof HistoryPageSchema>;

export const HistoryExportSchema = object({ format: FormatSchema, ...filter });
export type HistoryExport = Static<typeof HistoryExportSchema>;

export const CallExportSchema = object({ format: FormatSchema });
export type CallExport = Static<typeof CallExportSchema>;

export const DaysQuerySchema = object({
  fromDay: Type.Optional(DaySchema),
  toDay: Type.Optional(DaySchema),
});
export type DaysQuery = Static<typeof DaysQuerySchema>;

export const DaySummarySchema = object({
  day: DaySchema,
  calls: Type.Integer({ minimum: 0 }),
  durationMs: Type.Number({ minimum: 0, description: 'Of all calls together.' }),
  speechMs: Type.Number({ minimum: 0, description: 'Of all analysed legs together.' }),
  alerts: Type.Integer({ minimum: 0 }),
  unacknowledged: Type.Integer({ minimum: 0 }),
  meanProbabilities: Type.Union([ProbabilitiesSchema, Type.Null()], {
    description: "Mean over the customers' speech; null when none was read.",
  }),
});
export type DaySummary = Static<typeof DaySummarySchema>;

/** Days with at least one call, newest first. */
export const DaySummariesSchema = object({
  days: Type.Array(DaySummarySchema, { maxItems: DESK_BOUNDS.maxDays }),
});
export type DaySummaries = Static<typeof DaySummariesSchema>;

export const CallerDeletionSchema = object({
  caller: Type.String({ minLength: 1, maxLength: 256 }),
});
export type CallerDeletion = Static<typeof CallerDeletionSchema>;

export const CallsDeletedSchema = object({ calls: Type.Integer({ minimum: 0 }) });
export type CallsDeleted = Static<typeof CallsDeletedSchema>;
