import { Command, Option } from 'commander';
import { parseAge } from './arguments.ts';

/** Which letters, and where they lie. */
export interface OutboxOptions {
  readonly config?: string;
  readonly store?: string;
  readonly adapter?: string;
  readonly call?: string;
  readonly state?: 'waiting' | 'dead';
  readonly olderThan?: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

const HELP = `
Works on the file of store.path, beside a running gateway or without one; a running one notices
within a second. "waiting" is on its way or waits for another attempt, "dead" was given up on.

Examples:
  tonewire outbox list --store tonewire.db
  tonewire outbox list --config config.json --state dead --adapter webhook:crm --json
  tonewire outbox show 7766983f-55a7-44d7-b218-8bfc96d94b93-4 --store tonewire.db
  tonewire outbox replay --store tonewire.db --state dead --adapter webhook:crm
  tonewire outbox drop --store tonewire.db --state dead --older-than 30d`;

const SUBCOMMANDS = [
  { name: 'list', what: 'Lists letters, without what they say.' },
  { name: 'show', what: 'Shows letters with what they say, which is personal data.' },
  {
    name: 'replay',
    what: 'Tries letters again at once, dead ones too, through the whole schedule.',
  },
  { name: 'drop', what: 'Deletes letters for good.' },
] as const;

export type OutboxAction = (typeof SUBCOMMANDS)[number]['name'];

/** `tonewire outbox`: what durable adapters have not delivered yet, or have given up on. */
export function outboxCommand(): Command {
  const outbox = new Command('outbox')
    .summary('look into what durable adapters have still to deliver')
    .description('Lists, shows, replays and drops what durable adapters have not delivered.')
    .addHelpText('after', HELP);
  for (const { name, what } of SUBCOMMANDS) outbox.addCommand(subcommand(name, what));
  return outbox;
}

function subcommand(name: OutboxAction, what: string): Command {
  return new Command(name)
    .description(what)
    .argument('[event-ids...]', 'only these events')
    .option('--store <file>', 'the SQLite file (store.path)')
    .option('--config <file>', 'the configuration that names it (also TONEWIRE_CONFIG)')
    .option('--adapter <name>', 'only of this adapter, such as webhook:crm')
    .option('--call <id>', 'only of this call')
    .addOption(new Option('--state <state>', 'only in this state').choices(['waiting', 'dead']))
    .option('--older-than <age>', 'only accepted longer ago: 90s, 15m, 2h, 30d', parseAge)
    .option('--all', 'all of them, where nothing else says which')
    .option('--json', 'one JSON object, and nothing else')
    .action(async (ids: readonly string[], options: OutboxOptions) =>
      (await import('./actions/outbox.ts')).outbox(name, ids, options),
    );
}
