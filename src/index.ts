/** Tonewire as a library: `startTonewire(loadConfig())` runs the gateway inside your own process. */
export type { Adapter, AdapterContext, QueueBounds } from './adapters/adapter.ts';
export type { EventBus, EventListener } from './adapters/event-bus.ts';
export type { Feed, FeedFilter, FeedMessage, FeedSubscriber } from './adapters/feed.ts';
export {
  createOpenaiRealtimeAdapter,
  type OpenaiRealtimeConfig,
  type OpenSession,
} from './adapters/openai-realtime.ts';
export { createSocketIoRoomAdapter, type SocketIoRoomOptions } from './adapters/socket-io.ts';
export { type ConfigSources, loadConfig } from './config/load-config.ts';
export type { Config } from './config/schema.ts';
export { createLogger, type Logger, silentLogger } from './log/logger.ts';
export { VERSION } from './package-root.ts';
export type { Analyser, AudioFormat, LegAnalysis, LegOutput } from './pipeline/analysis.ts';
export {
  createTonewire,
  type PluginOptions,
  type TonewirePlugin,
} from './plugin/create-tonewire.ts';
export type { InProcessCall, InProcessCallOptions } from './plugin/in-process-call.ts';
export { type Clock, systemClock } from './protocol/clock.ts';
export * from './protocol/index.ts';
export { startTonewire, type Tonewire, type TonewireParts } from './tonewire.ts';
