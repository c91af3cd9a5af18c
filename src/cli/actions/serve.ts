import { loadConfig } from '../../config/load-config.ts';
import type { Config } from '../../config/schema.ts';
import { startTonewire, type Tonewire } from '../../tonewire.ts';
import { configFlags } from '../config-flags.ts';
import type { ServeOptions } from '../serve.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What a shell reports for a program that a signal ended. */
const EXIT_ON_SECOND_SIGNAL = 130;

/** Runs the gateway until the first signal, then lets calls finish. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = loadConfig({
    file: options.config,
    env: process.env,
    flags: flags(options),
  });
  const tonewire = await startTonewire(config);
  // The console adapter's lines are for a program to read: nothing else goes between them.
  const say = config.adapters.console.enabled ? console.error : console.log;
  // Listened for before anybody is told that it runs, and may want to stop it.
  const firstSignal = nextSignal();
  for (const line of greeting(tonewire, config)) say(line);
  const signal = await firstSignal;
  for (const second of SIGNALS) process.on(second, () => process.exit(EXIT_ON_SECOND_SIGNAL));
  say(`${signal}: no new calls; running ones may finish. Once more stops at once.`);
  await tonewire.drain();
  await tonewire.close();
  process.exit(0);
}

function flags(options: ServeOptions): Record<string, unknown> {
  const { port, host, store, workers } = options;
  return {
    'server.port': port,
    'server.host': host,
    'server.workers': workers,
    'store.path': store,
    ...configFlags(options),
  };
}

/** Resolves with the first of the signals that ask a program to stop. */
function nextSignal(): Promise<(typeof SIGNALS)[number]> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve(signal));
  });
}

/** Where it listens, who may come in, and how to try it. */
function greeting({ url, open, modelId }: Tonewire, config: Config): string[] {
  const socket = url.replace('http', 'ws');
  const { publicOrigin } = config.server;
  const webhook = `POST ${publicOrigin}/twilio/voice as the voice webhook`;
  // Without a public origin Twilio cannot reach it, and calls are not answered.
  const trial = `${socket}/twilio/media, to try it on this machine; calls need server.publicOrigin`;
  const twilio = config.twilio.enabled ? [`  Twilio    ${publicOrigin ? webhook : trial}`] : [];
  const feed = config.adapters.feed.enabled
    ? [`  events    ${socket}/v1/events, or server-sent events at ${url}/v1/events`]
    : [];
  return [
    `Tonewire listens on ${url}, model ${modelId}.`,
    ...twilio,
    ...(config.desk.enabled ? [`  dashboard ${url}/`] : []),
    `  apps      ${socket}/v1/stream`,
    ...feed,
    `  health    ${url}/healthz, ${url}/readyz${config.metrics.enabled ? `, ${url}/metrics` : ''}`,
    open
      ? 'No API keys are set, so it is open to programs of this machine: for development.'
      : 'Clients need one of auth.apiKeys.',
    ...(open ? [`Try it: tonewire stream recording.wav --url ${socket}`] : []),
    'Stop it with Ctrl+C.',
  ];
}
