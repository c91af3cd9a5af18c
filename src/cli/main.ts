import { Command } from 'commander';
import { VERSION } from '../package-root.ts';
import { baselineCommand } from './baseline.ts';
import { benchCommand } from './bench.ts';
import { compressCommand } from './compress.ts';
import { demoCommand } from './demo.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { historyCommand } from './history.ts';
import { outboxCommand } from './outbox.ts';
import { reportFailure } from './report-failure.ts';
import { rulesCommand } from './rules.ts';
import { serveCommand } from './serve.ts';
import { streamCommand } from './stream.ts';
import { trainCommand } from './train.ts';

const EXAMPLES = `
Begin here:
  tonewire demo                        hear a sample call, in the terminal
  tonewire stream hello.wav            send a recording, see its events
  tonewire serve                       run the gateway until stopped
  tonewire serve --config config.json  with your options; docs/options.md has them all

Exit codes: 0 done, 1 failed (the line on standard error begins with a code of docs/errors.md),
2 the command line is wrong.`;

const COMMANDS = [
  serveCommand,
  demoCommand,
  streamCommand,
  rulesCommand,
  historyCommand,
  trainCommand,
  evaluateCommand,
  compressCommand,
  explainCommand,
  baselineCommand,
  benchCommand,
  outboxCommand,
];

function createProgram(): Command {
  const program = new Command('tonewire')
    .description(
      'Hears how something is said while it is being said: live call audio in, rolling emotion events out.',
    )
    .version(VERSION)
    .option('--debug', 'show where an error comes from (also TONEWIRE_DEBUG=1)')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('Add --help for what it takes.')
    .exitOverride();
  for (const create of COMMANDS) adopt(program, create());
  return program;
}

/** A command made elsewhere behaves like the program, and so do its own subcommands. */
function adopt(program: Command, command: Command): void {
  program.addCommand(command.copyInheritedSettings(program));
  for (const child of command.commands) child.copyInheritedSettings(program);
}

/** The reader of a pipe may leave early, as `head` does: that is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const program = createProgram();
try {
  await program.parseAsync();
} catch (cause) {
  const debug = program.opts().debug === true || process.env.TONEWIRE_DEBUG !== undefined;
  process.exitCode = reportFailure(cause, debug);
}
