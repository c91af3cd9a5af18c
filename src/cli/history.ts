import { Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../protocol/desk-endpoints.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface HistoryOptions extends ConfigFlagOptions {
  readonly config?: string;
  readonly store?: string;
}

export interface HistoryFilterOptions extends HistoryOptions {
  readonly search?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface HistoryExportOptions extends HistoryFilterOptions {
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly out?: string;
}

export interface HistoryDeleteOptions extends HistoryOptions {
  readonly caller?: string;
  readonly call?: string;
}

const HELP = `
Works on the file of store.path, also while a gateway runs on it. What a gateway keeps in memory is
reached through its endpoints only: docs/desk.md.

Examples:
  tonewire history list --store tonewire.db --search billing
  tonewire history export --store tonewire.db --from 2026-11-01 --format json --out november.json
  tonewire history delete --store tonewire.db --caller "+1 555 010 0100"`;

/** `tonewire history`: the finished calls of a store. */
export function historyCommand(): Command {
  const command = new Command('history')
    .summary('list, export or delete finished calls')
    .description('Lists, exports or deletes the finished calls that a gateway has kept.')
    .addHelpText('after', HELP);
  command.addCommand(
    filtered(onStore('list', 'one line a call, newest first')).action(
      async (options: HistoryFilterOptions) =>
        (await import('./actions/history.ts')).listCalls(options),
    ),
  );
  command.addCommand(
    filtered(onStore('export', 'every call and its totals, as CSV or JSON'))
      .addOption(
        new Option('--format <format>', 'csv or json').choices(EXPORT_FORMATS).default('csv'),
      )
      .option('--out <file>', 'where to write; default: standard output')
      .action(async (options: HistoryExportOptions) =>
        (await import('./actions/history.ts')).exportCalls(options),
      ),
  );
  command.addCommand(
    onStore('delete', 'delete calls for good, with their timelines, alerts and notes')
      .option('--caller <number>', 'every call of this caller, however the number is written')
      .option('--call <id>', 'every call of this id')
      .action(async (options: HistoryDeleteOptions) =>
        (await import('./actions/history.ts')).deleteCalls(options),
      ),
  );
  return command;
}

function onStore(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .option('--config <file>', 'a JSON file of options (also TONEWIRE_CONFIG)')
    .option('--store <file>', 'the file that finished calls are kept in (store.path)');
  return addConfigFlags(command);
}

function filtered(command: Command): Command {
  return command
    .option('--search <words>', 'in the caller, the id of the call or the values of its metadata')
    .option('--from <day>', 'not before this day (UTC), such as 2026-11-27')
    .option('--to <day>', 'not after this day (UTC)');
}
