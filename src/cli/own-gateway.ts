import { loadConfig } from '../config/load-config.ts';
import { startTonewire, type Tonewire } from '../tonewire.ts';
import { type ConfigFlagOptions, configFlags } from './config-flags.ts';

/**
 * A gateway in this process, on a free port of this machine only, for a command that plays one
 * call to it. It takes audio faster than any telephone sends it, and queues instead of dropping:
 * nobody is waiting on the line.
 */
export function startOwnGateway(options: ConfigFlagOptions): Promise<Tonewire> {
  const flags = {
    'server.port': 0,
    'log.level': 'warn',
    'limits.maxMessagesPerSecond': 100_000,
    'analysis.maxPendingSteps': 10_000,
  };
  return startTonewire(loadConfig({ flags: { ...flags, ...configFlags(options) } }));
}
