import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS } from '../log/log-level.ts';
import { ENGINE_NAMES } from '../pipeline/engines/load-engine.ts';

/** What `addConfigFlags` adds to a command's options. */
export interface ConfigFlagOptions {
  readonly model?: string;
  readonly engine?: string;
  readonly logLevel?: string;
  readonly set: Readonly<Record<string, string>>;
}

/** The configuration's options, as flags: a few by name, each of them by `--set`. */
export function addConfigFlags(command: Command): Command {
  return command
    .option('--model <folder>', 'the model to hear with (analysis.model)')
    .addOption(
      new Option('--engine <name>', 'what runs the model (analysis.engine)').choices(ENGINE_NAMES),
    )
    .addOption(new Option('--log-level <level>', 'how much to log (log.level)').choices(LOG_LEVELS))
    .addOption(
      new Option('--set <path=value>', 'any option of docs/options.md; may be given many times')
        .argParser(collectSetting)
        .default({}, 'none'),
    );
}

/** The flags that were given, by option path, as `loadConfig` takes them; `--set` is the stronger. */
export function configFlags(options: ConfigFlagOptions): Record<string, string> {
  const named = {
    'analysis.model': options.model,
    'analysis.engine': options.engine,
    'log.level': options.logLevel,
  };
  const given: Record<string, string> = {};
  for (const [path, text] of Object.entries(named)) if (text !== undefined) given[path] = text;
  return { ...given, ...options.set };
}

function collectSetting(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It takes path=value, such as server.port=9000.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
