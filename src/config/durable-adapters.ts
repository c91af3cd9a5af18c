import type { Config } from './schema.ts';

/** The paths of the adapters that promise to lose nothing, such as `adapters.webhooks[0]`. */
export function durableAdapters({ adapters }: Pick<Config, 'adapters'>): string[] {
  return Object.entries(adapters).flatMap(([key, value]) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => (isDurable(one) ? [`adapters.${key}[${index}]`] : []))
      : isDurable(value)
        ? [`adapters.${key}`]
        : [],
  );
}

function isDurable(options: object): boolean {
  return 'delivery' in options && options.delivery === 'durable';
}
