/**
 * What a process that hears calls starts Node with. Its garbage is many small objects that die at
 * once, so that a collection is soon done by one thread; V8's helpers cost more processor time than
 * they save, and take it from the engine's thread (measured in docs/performance.md).
 */
export const GATEWAY_NODE_FLAGS: readonly string[] = ['--single-threaded-gc'];
