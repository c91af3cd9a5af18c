import Type, { type Static } from 'typebox';
import { AdaptersSchema } from './schema-adapters.ts';
import { AlertsSchema } from './schema-alerts.ts';
import { AnalysisSchema } from './schema-analysis.ts';
import { ContextSchema } from './schema-context.ts';
import { OutboxSchema } from './schema-delivery.ts';
import { DeskSchema, HistorySchema } from './schema-desk.ts';
import { AuthSchema, LimitsSchema, ServerSchema, TwilioSchema } from './schema-gateway.ts';
import { LogSchema, MetricsSchema } from './schema-output.ts';
import { OverloadSchema } from './schema-overload.ts';
import { StoreSchema } from './schema-store.ts';
import { TextCuesSchema } from './schema-text-cues.ts';

/**
 * Every option, once: its type, default, bounds and what it trades. `config/schema.json`,
 * `docs/options.md`, the TypeScript type, the environment names and the checks all come from here.
 */
export const ConfigSchema = Type.Object(
  {
    server: ServerSchema,
    auth: AuthSchema,
    limits: LimitsSchema,
    overload: OverloadSchema,
    twilio: TwilioSchema,
    analysis: AnalysisSchema,
    alerts: AlertsSchema,
    textCues: TextCuesSchema,
    context: ContextSchema,
    adapters: AdaptersSchema,
    store: StoreSchema,
    desk: DeskSchema,
    history: HistorySchema,
    outbox: OutboxSchema,
    log: LogSchema,
    metrics: MetricsSchema,
  },
  { additionalProperties: false },
);

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** The whole configuration, defaults filled in; frozen at every depth. */
export type Config = DeepReadonly<Static<typeof ConfigSchema>>;

/** One node of the schema, as plain JSON Schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
}

/**
 * The schema of a configuration file (draft-07, which editors know): what has a default may be
 * left out, and a file may name its schema.
 */
export function configFileSchema(): SchemaNode {
  const root = withoutDefaulted(JSON.parse(JSON.stringify(ConfigSchema)));
  const $schema = { type: 'string', description: 'Where an editor finds this schema.' };
  return Object.assign(
    { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Tonewire configuration' },
    root,
    { properties: { $schema, ...root.properties } },
  );
}

/** Required in the type, because defaults fill it in; not required in a file. */
function withoutDefaulted(node: SchemaNode): SchemaNode {
  const { required = [], ...rest } = node;
  const properties = mapValues(node.properties, withoutDefaulted);
  const stillRequired = required.filter((key) => properties?.[key]?.default === undefined);
  return {
    ...rest,
    ...(properties && { properties }),
    ...(stillRequired.length > 0 && { required: stillRequired }),
    ...(node.items && { items: withoutDefaulted(node.items) }),
  };
}

function mapValues(
  record: Readonly<Record<string, SchemaNode>> | undefined,
  map: (node: SchemaNode) => SchemaNode,
): Record<string, SchemaNode> | undefined {
  if (!record) return undefined;
  return Object.fromEntries(Object.entries(record).map(([key, node]) => [key, map(node)]));
}
