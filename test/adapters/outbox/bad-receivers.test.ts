import assert from 'node:assert/strict';
import { AdapterHost } from '../../../src/adapters/adapter-host.ts';
import { EventBus } from '../../../src/adapters/event-bus.ts';
import { createWebhookAdapter } from '../../../src/adapters/webhook.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import { systemClock } from '../../../src/protocol/clock.ts';
import { countingCounters, gate } from '../../helpers/adapter-doubles.ts';
import { memoryOutbox } from '../../helpers/memory-outbox.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';
import { type Answer, status, webhookReceiver } from '../../helpers/webhook-receiver.ts';

const EVENTS = 40;

const BAD: Readonly<Record<string, Answer>> = {
  hangs: () => undefined,
  drips: (response) => {
    response.writeHead(200);
    const dripping = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(dripping));
  },
  lies: (response) => void response.writeHead(200, { 'content-length': '1000' }).end('short'),
  'is gone': status(410),
  fails: status(500, { 'retry-after': '86400' }),
  'sends 10 MB back': (response) => void response.end(Buffer.alloc(10_000_000)),
  'breaks off': (response) => void response.socket?.destroy(),
};

describe('a durable webhook beside a receiver that', () => {
  for (const [what, answer] of Object.entries(BAD)) {
    it(`${what} has all its events, at once`, async () => {
      const all = gate();
      let got = 0;
      const bad = await webhookReceiver(answer);
      const good = await webhookReceiver((response, request) => {
        status(204)(response, request);
        got += 1;
        if (got === EVENTS) all.open();
      });
      const { outbox, close } = await memoryOutbox({ clock: systemClock });
      const bus = new EventBus(silentLogger);
      const { counters } = countingCounters();
      const { webhooks } = loadConfig({
        flags: {
          'store.path': 'nowhere.db',
          'adapters.webhooks': [webhook('bad', bad.url), webhook('good', good.url)],
        },
      }).adapters;
      const adapters = webhooks.map((one) => createWebhookAdapter(one));
      const lent = {
        bus,
        logger: silentLogger,
        clock: systemClock,
        counters,
        maxCalls: 10,
        outbox,
      };
      const host = new AdapterHost({ adapters, ...lent });
      host.start();
      for (let index = 0; index < EVENTS; index += 1) {
        bus.publish(sampleEvent('audio.gap', index, { callId: `call-${index % 8}` }));
      }
      await all.opened;
      await host.stop(0);
      close();
      await Promise.all([bad.close(), good.close()]);
      assert.equal(got, EVENTS);
    });
  }
});

function webhook(name: string, url: string) {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  return { name, url, secret, delivery: 'durable', timeoutMs: 500 };
}
