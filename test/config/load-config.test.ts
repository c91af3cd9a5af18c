import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { type ConfigSources, loadConfig } from '../../src/config/load-config.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';

const refusal = (sources: ConfigSources) =>
  assertThrowsCode('TW_CONFIG_INVALID', () => loadConfig(sources)).message;

describe('loadConfig', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tonewire-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(content: unknown): string {
    const path = join(folder, 'config.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('starts on defaults that reach nobody outside and analyse no agent', () => {
    const config = loadConfig();
    assert.equal(config.server.host, '127.0.0.1');
    assert.equal(config.server.port, 8460);
    assert.equal(config.analysis.legs.agent.analysed, false);
    assert.equal(config.adapters.console.enabled, false);
    assert.equal(config.analysis.smoothing.enterProbability, 0.6);
  });

  it('lets the environment win over the file and a flag over both', () => {
    const sources = {
      file: file({ server: { port: 1, host: 'localhost' }, log: { level: 'debug' } }),
      env: { TONEWIRE_SERVER_PORT: '2', TONEWIRE_LOG_LEVEL: 'warn' },
      flags: { 'server.port': '3' },
    };
    const config = loadConfig(sources);
    assert.deepEqual([config.server.port, config.server.host], [3, 'localhost']);
    assert.equal(config.log.level, 'warn');
  });

  it('reads the file that TONEWIRE_CONFIG names', () => {
    const TONEWIRE_CONFIG = file({ $schema: './schema.json', server: { port: 7 } });
    const config = loadConfig({ env: { TONEWIRE_CONFIG } });
    assert.equal(config.server.port, 7);
    assert.ok(!('$schema' in config));
  });

  it('freezes the result at every depth and leaves what it was given alone', () => {
    const flags = { alerts: [{ name: 'a', emotion: 'anger', text: 'x' }] };
    const config = loadConfig({ flags });
    assert.ok(Object.isFrozen(config.analysis.legs.agent));
    assert.ok(Object.isFrozen(config.alerts[0]));
    assert.deepEqual(flags.alerts[0], { name: 'a', emotion: 'anger', text: 'x' });
    assert.equal(config.alerts[0]?.forMs, 8000);
  });

  it('gives each load its own defaults', () => {
    assert.notEqual(loadConfig().auth.apiKeys, loadConfig().auth.apiKeys);
  });

  it('parses environment text by what the option takes', () => {
    const config = loadConfig({
      env: {
        TONEWIRE_ANALYSIS_REQUIRE_CONSENT: 'yes',
        TONEWIRE_ANALYSIS_SMOOTHING_ENTER_PROBABILITY: '.75',
        TONEWIRE_ADAPTERS_CONSOLE_FILTER_EVENTS: 'call.started, call.ended',
        TONEWIRE_AUTH_API_KEYS: '[{"id":"app","key":"0123456789abcdef"}]',
        TONEWIRE_LIMITS: '{"maxCalls": 5, "maxConnections": 6}',
        TONEWIRE_LIMITS_MAX_CALLS: '7',
        TONEWIRE_TWILIO_AUTH_TOKEN: '12345678901234567890',
        PATH: 'not ours',
      },
    });
    assert.equal(config.analysis.requireConsent, true);
    assert.equal(config.analysis.smoothing.enterProbability, 0.75);
    assert.deepEqual(config.adapters.console.filter.events, ['call.started', 'call.ended']);
    assert.deepEqual(config.auth.apiKeys[0]?.permissions, ['stream', 'events']);
    assert.deepEqual([config.limits.maxCalls, config.limits.maxConnections], [7, 6]);
    assert.equal(config.twilio.authToken, '12345678901234567890');
  });

  it('names no two options alike in the environment', () => {
    assert.equal(new Set(OPTIONS.map(({ variable }) => variable)).size, OPTIONS.length);
  });

  const refused: [string, ConfigSources | (() => ConfigSources), RegExp][] = [
    [
      'an unknown variable',
      { env: { TONEWIRE_SERVER_PROT: '1' } },
      /TONEWIRE_SERVER_PROT is an environment variable that names no option/,
    ],
    ['an unknown flag', { flags: { 'server.prot': 1 } }, /server\.prot is not an option/],
    [
      'an unknown key in a file',
      () => ({ file: file({ server: { prot: 1 } }) }),
      /server\.prot is not an option; server takes host, port/,
    ],
    ['an unknown section', () => ({ file: file({ sever: {} }) }), /sever is not an option/],
    [
      'text for a number in a file, without converting it',
      () => ({ file: file({ server: { port: '8460' } }) }),
      /server\.port must be an integer from 0 to 65535/,
    ],
    [
      'a variable of the wrong type, naming the variable',
      { env: { TONEWIRE_SERVER_PORT: 'many' } },
      /server\.port \(from TONEWIRE_SERVER_PORT\) must be an integer/,
    ],
    [
      'a list where a section belongs',
      () => ({ file: file({ server: [] }), env: { TONEWIRE_SERVER_PORT: '1' } }),
      /server must be an object with host, port/,
    ],
    ['a file that is no object', () => ({ file: file('[]') }), /must hold a JSON object/],
    ['a file that is no JSON', () => ({ file: file('{"a"') }), /is not valid JSON/],
    ['a missing file', { file: 'no/such/file.json' }, /no\/such\/file\.json cannot be read/],
    [
      'a list entry that misses a member',
      { flags: { alerts: [{ name: 'a', emotion: 'anger' }] } },
      /alerts\[0\]\.text is missing/,
    ],
    [
      'updates faster than every 250 ms',
      { flags: { 'analysis.updateIntervalMs': 249 } },
      /analysis\.updateIntervalMs \(from a flag\) must be an integer from 250/,
    ],
    [
      'a short API key',
      { flags: { 'auth.apiKeys': [{ id: 'a', key: 'short' }] } },
      /auth\.apiKeys\[0\]\.key/,
    ],
  ];
  for (const [what, sources, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(refusal(typeof sources === 'function' ? sources() : sources), message);
    });
  }

  it('names every wrong option at once and repeats no value', () => {
    const message = refusal({
      env: { TONEWIRE_TWILIO_AUTH_TOKEN: 'hunter2', TONEWIRE_SERVER_PORT: 'hunter3' },
    });
    assert.match(message, /server\.port.*twilio\.authToken|twilio\.authToken.*server\.port/);
    assert.doesNotMatch(message, /hunter/);
  });

  it('either yields a frozen configuration or names an option, whatever the variables hold', () => {
    const variable = fc.constantFrom(...OPTIONS.map((option) => option.variable));
    const text = fc.oneof(fc.string(), fc.json(), fc.integer().map(String), fc.constant('true'));
    fc.assert(
      fc.property(fc.dictionary(variable, text, { maxKeys: 4 }), (env) => {
        try {
          assert.ok(Object.isFrozen(loadConfig({ env })));
        } catch (error) {
          assert.ok(error instanceof TonewireError && error.code === 'TW_CONFIG_INVALID');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses every key it does not know, in every section', () => {
    const sections = OPTIONS.filter(({ node }) => node.properties).map(({ path }) => path);
    const section = fc.constantFrom(...sections);
    const key = fc.string({ minLength: 1 }).filter((name) => !/^[a-zA-Z]+$/.test(name));
    fc.assert(
      fc.property(section, fc.oneof(key, fc.constant('__proto__')), (path, name) => {
        const message = refusal({ flags: { [path]: JSON.stringify({ [name]: 1 }) } });
        assert.ok(name === '__proto__' || message.includes(`${path}.`), message);
      }),
    );
  });

  it('accepts the shipped examples', () => {
    const shipped = (name: string) =>
      fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
    assert.equal(loadConfig({ file: shipped('example.json') }).alerts.length, 1);
    const env = {
      TONEWIRE_TWILIO_AUTH_TOKEN: '12345678901234567890',
      TONEWIRE_AUTH_API_KEYS: '[{"id":"desk","key":"0123456789abcdef"}]',
    };
    assert.equal(loadConfig({ file: shipped('twilio.json'), env }).twilio.enabled, true);
    assert.match(refusal({ file: shipped('twilio.json') }), /auth\.apiKeys.*twilio\.authToken/);
  });
});
