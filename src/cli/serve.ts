import { Command } from 'commander';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface ServeOptions extends ConfigFlagOptions {
  readonly config?: string;
  readonly port?: string;
  readonly host?: string;
  readonly workers?: string;
  readonly store?: string;
}

const HELP = `
Options come from the file, then from TONEWIRE_… variables, then from flags; the last one wins.
docs/options.md lists them all, and config/example.json is a start. A first SIGTERM or Ctrl+C
refuses new calls and lets the running ones finish; a second one stops at once.

Examples:
  tonewire serve                               on this machine only, no keys needed
  tonewire serve --port 9000 --log-level debug
  tonewire serve --config config.json
  tonewire serve --set analysis.updateIntervalMs=250 --set adapters.console.enabled=true`;

/** `tonewire serve`: the gateway, until it is told to stop. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .summary('run the gateway until stopped')
    .description('Runs the gateway: calls in by WebSocket, events out, until it is stopped.')
    .option('--config <file>', 'a JSON file of options (also TONEWIRE_CONFIG)')
    .option('--port <number>', 'where to listen (server.port); 0 takes any free port')
    .option('--host <address>', 'where to listen (server.host)')
    .option('--store <file>', 'the SQLite file that outlives the process (store.path)')
    .option('--workers <n>', 'processes that carry calls (server.workers)')
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions) => (await import('./actions/serve.ts')).serve(options));
  return addConfigFlags(command);
}
