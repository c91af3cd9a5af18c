import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { AdapterHost } from '../../src/adapters/adapter-host.ts';
import { DeliveryError } from '../../src/adapters/delivery-error.ts';
import { EventBus } from '../../src/adapters/event-bus.ts';
import { createLogger, silentLogger } from '../../src/log/logger.ts';
import type { EventData } from '../../src/protocol/events.ts';
import { countingCounters, gate, lentContext, stoppedClock } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { answering, type VendorServer } from '../helpers/vendors/vendor-server.ts';
import { adapterContract } from './adapter-contract.ts';

/** One kind of bot, set up against a server that behaves as its vendor's. */
export interface BotUnderTest<S extends VendorServer = VendorServer> {
  readonly name: string;
  serve(): Promise<S>;
  /** `credential: 'wrong'` brings one that the server refuses. */
  adapter(server: S, options?: BotOptions): Promise<Adapter> | Adapter;
  /** Ids of the conversations that were told something, one for each telling, in order. */
  told(server: S): readonly string[];
  /** What must never reach a log. */
  readonly secrets: readonly string[];
}

export interface BotOptions {
  readonly conversation?: string;
  readonly timeoutMs?: number;
  readonly credential?: 'wrong';
}

type Changed = Partial<EventData<'context.changed'>>;

const changed = (sequence: number, data: Changed = {}) => {
  const event = sampleEvent('context.changed', sequence, data);
  return { ...event, time: `2026-01-02T03:04:${String(sequence).padStart(2, '0')}.000Z` };
};
const noSignal = () => new AbortController().signal;

/** What every bot adapter owes beside the contract of all adapters. */
export function botContract<S extends VendorServer>(bot: BotUnderTest<S>): void {
  adapterContract(
    bot.name,
    async () => {
      const server = await bot.serve();
      const received = () => bot.told(server).map(() => 'context.changed' as const);
      return { adapter: await bot.adapter(server), received, close: server.close };
    },
    async () => {
      const server = await bot.serve();
      server.misbehave(answering(500));
      return { adapter: await bot.adapter(server), received: () => [], close: server.close };
    },
  );

  describe(`the contract of bots: ${bot.name}`, () => {
    let server: S;
    beforeEach(async () => {
      server = await bot.serve();
    });
    afterEach(() => server.close());

    async function started(options?: BotOptions) {
      const adapter = await bot.adapter(server, options);
      await adapter.start?.(lentContext().context);
      const tell = async (event = changed(1), signal = noSignal()) =>
        adapter.event?.(event, signal);
      const failure = async (event = changed(1)): Promise<DeliveryError> => {
        try {
          await tell(event);
        } catch (error) {
          assert.ok(error instanceof DeliveryError, String(error));
          return error;
        }
        assert.fail('the telling did not fail');
      };
      return { adapter, tell, failure };
    }

    it('tells the conversation that the call names in its metadata', async () => {
      const { tell } = await started({ conversation: '{metadata.conversationId}' });
      await tell(changed(1, { metadata: { conversationId: 'conv-7' } }));
      assert.deepEqual(bot.told(server), ['conv-7']);
    });

    it('leaves alone a call that names none, or one that would climb the path', async () => {
      const { tell } = await started({ conversation: '{metadata.conversationId}' });
      for (const metadata of [{}, { conversationId: '' }, { conversationId: '..' }]) {
        await tell(changed(1, { metadata }));
      }
      assert.deepEqual(server.requests, []);
    });

    it('keeps an id of any characters within its part of the path', async () => {
      const { tell } = await started();
      await tell(changed(1, { callId: 'a/../b?c#d é' })).catch(() => undefined);
      for (const { path } of server.requests) assert.ok(!path.includes('/../'), path);
    });

    it('takes a throttled request for passing, and waits as long as it is asked to', async () => {
      const { failure } = await started();
      server.misbehave(answering(429, { 'retry-after': '7' }));
      const { prospect, retryAfterMs } = await failure();
      assert.deepEqual({ prospect, retryAfterMs }, { prospect: 'passing', retryAfterMs: 7000 });
    });

    it('takes a server that fails for passing', async () => {
      const { failure } = await started();
      for (const status of [500, 502, 503]) {
        server.misbehave(answering(status, {}, 'upstream connect error'));
        assert.equal((await failure()).prospect, 'passing');
      }
    });

    it('takes a request that is refused as such for permanent', async () => {
      const { failure } = await started();
      for (const status of [400, 404, 410, 413, 422]) {
        server.misbehave(answering(status));
        assert.equal((await failure()).prospect, 'permanent');
      }
    });

    it('says that its credentials are wrong, without saying them', async () => {
      const { failure } = await started({ credential: 'wrong' });
      const { message, prospect } = await failure();
      assert.match(message, /did not accept the credentials \(40[13]\)/);
      assert.equal(prospect, 'passing');
      for (const secret of bot.secrets) assert.ok(!message.includes(secret));
    });

    it('gives up on a server that never answers, and on one that never ends its answer', async () => {
      const { failure } = await started({ timeoutMs: 200 });
      server.misbehave(() => undefined);
      assert.match((await failure()).message, /no answer within 200 ms/);
      server.misbehave((response) => void response.writeHead(200).write('{'));
      assert.match((await failure()).message, /no answer within 200 ms/);
    });

    it('reads no more than it needs of a 10 MB answer', async () => {
      const { tell } = await started();
      const cut = gate();
      let writtenBytes = 0;
      function* blocks() {
        const block = Buffer.alloc(65_536, ' ');
        for (; writtenBytes < 10_000_000; writtenBytes += block.length) yield block;
      }
      server.misbehave((response) => {
        response.on('close', cut.open);
        response.writeHead(200, { 'content-type': 'application/json' });
        Readable.from(blocks()).pipe(response);
      });
      await tell().catch((error) => assert.ok(error instanceof DeliveryError, String(error)));
      await cut.opened;
      assert.ok(writtenBytes < 10_000_000, `${writtenBytes} bytes were taken`);
    });

    it('lives with an answer that is not what it should be', async () => {
      const { adapter, tell } = await started();
      for (const text of ['<html>', '{"a":', '[]', 'null', '"x"']) {
        server.misbehave(answering(200, { 'content-type': 'application/json' }, text));
        await tell().catch((error) => assert.ok(error instanceof DeliveryError, String(error)));
      }
      server.misbehave(undefined);
      await adapter.event?.(changed(2), noSignal());
      assert.equal(bot.told(server).length, 1);
    });

    it('follows no redirect', async () => {
      const elsewhere = await bot.serve();
      try {
        const { failure } = await started();
        server.misbehave(answering(307, { location: elsewhere.url }));
        await failure();
        assert.equal(elsewhere.requests.length, 0);
      } finally {
        await elsewhere.close();
      }
    });

    it('lets no conversation wait for one that hangs', async () => {
      const { tell } = await started();
      const leaving = new AbortController();
      const asked = gate();
      server.misbehave(asked.open);
      const hanging = tell(changed(1, { callId: 'slow' }), leaving.signal);
      const failed = assert.rejects(async () => hanging, { code: 'TW_ADAPTER_FAILED' });
      await asked.opened;
      server.misbehave(undefined);
      await tell(changed(2, { callId: 'fast' }));
      assert.deepEqual(bot.told(server), ['fast']);
      leaving.abort();
      await failed;
    });

    it('tells one conversation one thing at a time, and nothing older after something newer', async () => {
      const { tell } = await started();
      await Promise.all([3, 1, 2].map((sequence) => tell(changed(sequence))));
      assert.equal(bot.told(server).length, 1);
    });

    it('writes no secret, id or context to the log', async () => {
      const lines: string[] = [];
      const logger = createLogger('debug', { write: (line) => lines.push(line) }, stoppedClock);
      const bus = new EventBus(silentLogger);
      const { counters } = countingCounters();
      const adapters = [await bot.adapter(server, { timeoutMs: 200 })];
      const shared = { bus, logger, clock: stoppedClock, counters, maxCalls: 10 };
      const host = new AdapterHost({ adapters, ...shared });
      server.misbehave(answering(400, {}, 'sounds angry'));
      host.start();
      bus.publish(changed(1, { callId: '15550123456' }));
      await host.stop(5000);
      assert.ok(lines.length > 0);
      const log = lines.join('');
      for (const word of [...bot.secrets, '15550123456', 'sounds', 'rising', 'Acknowledge']) {
        assert.ok(!log.includes(word), `no "${word}" in ${log}`);
      }
    });
  });
}
