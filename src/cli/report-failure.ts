import { CommanderError } from 'commander';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';

/** Exit codes: 0 done, 1 failed, 2 the command line is wrong. */
const FAILED = 1;
const MISUSED = 2;

/** Says on standard error what went wrong, in one line, and returns the exit code. */
export function reportFailure(cause: unknown, debug: boolean): number {
  if (cause instanceof CommanderError) {
    // Help and the version end this way too; commander has said whatever there was to say.
    return cause.exitCode === 0 ? 0 : MISUSED;
  }
  const error = toTonewireError(cause);
  console.error(`${error.code}: ${error.message}`);
  if (debug) console.error(stacks(error));
  else if (!(cause instanceof TonewireError)) console.error('Run it again with --debug for more.');
  return error.code === 'TW_USAGE' ? MISUSED : FAILED;
}

function stacks(error: Error): string {
  const { cause } = error;
  return cause instanceof Error
    ? `${error.stack}\nCaused by: ${stacks(cause)}`
    : String(error.stack);
}
