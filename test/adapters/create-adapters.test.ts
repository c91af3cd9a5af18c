import assert from 'node:assert/strict';
import { createAdapters } from '../../src/adapters/create-adapters.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const parts = { stdout: { write: () => undefined }, admit: async () => undefined };

describe('createAdapters', () => {
  it('serves only the feed by default', () => {
    const { all, feed } = createAdapters(loadConfig(), parts);
    assert.deepEqual(all, [feed]);
  });

  it('makes what the configuration asks for', () => {
    const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
    const config = loadConfig({
      flags: {
        'adapters.console': { enabled: true, filter: { events: ['call.ended'] } },
        'adapters.feed.enabled': false,
        'adapters.webhooks': [{ name: 'crm', url: 'https://crm.example.com', secret, maxQueue: 5 }],
      },
    });
    const { all, feed } = createAdapters(config, parts);
    assert.equal(feed, undefined);
    assert.deepEqual(
      all.map(({ name }) => name),
      ['webhook:crm', 'console'],
    );
    assert.deepEqual(all[0]?.queue, { maxEvents: 5, maxInFlight: 4 });
    assert.deepEqual(all[1]?.filter?.events, ['call.ended']);
  });
});
