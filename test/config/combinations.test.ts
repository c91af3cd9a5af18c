import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { isLoopbackHost } from '../../src/config/target-url.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';

type Flags = Readonly<Record<string, unknown>>;

const refusal = (flags: Flags) =>
  assertThrowsCode('TW_CONFIG_INVALID', () => loadConfig({ flags })).message;

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const webhook = { name: 'crm', url: 'https://crm.example.com/hook', secret };
const keys = { 'auth.apiKeys': [{ id: 'app', key: '0123456789abcdef' }] };
const open = { ...keys, 'server.host': '0.0.0.0' };
const alert = { name: 'a', emotion: 'anger', text: 'x' };

describe('combinations of options', () => {
  const refused: [string, Flags, RegExp][] = [
    [
      'an agent leg without a named legal basis',
      { 'analysis.legs.agent.analysed': true },
      /analysis\.legs\.agent\.legalBasis must name .*Art\. 5\(1\)\(f\)/,
    ],
    [
      'a legal basis of blanks',
      { 'analysis.legs.agent.analysed': true, 'analysis.legs.agent.legalBasis': '    ' },
      /analysis\.legs\.agent\.legalBasis/,
    ],
    [
      'an open host without a key',
      { 'server.host': '0.0.0.0', 'twilio.enabled': false },
      /auth\.apiKeys must hold a key/,
    ],
    [
      'a proxied gateway without a key',
      { 'server.publicOrigin': 'https://voice.example.com', 'twilio.enabled': false },
      /auth\.apiKeys must hold a key/,
    ],
    [
      'Twilio on an open host without its token',
      { ...open, 'server.publicOrigin': 'https://voice.example.com' },
      /twilio\.authToken is needed/,
    ],
    [
      'Twilio on an open host without an origin',
      { ...open, 'twilio.authToken': '0123456789abcdef' },
      /server\.publicOrigin is needed/,
    ],
    [
      'unchecked signatures where anybody can connect',
      {
        ...open,
        'server.publicOrigin': 'https://voice.example.com',
        'twilio.authToken': '0123456789abcdef',
        'twilio.validateSignatures': false,
      },
      /twilio\.validateSignatures/,
    ],
    [
      'an alert on an emotion that is never told',
      { 'analysis.emotions': 'neutral,sadness', alerts: [alert] },
      /alerts\[0\] watches anger, which analysis\.emotions leaves out/,
    ],
    [
      'an alert on the probability of an emotion that is never told',
      {
        'analysis.emotions': ['neutral', 'anger'],
        alerts: [{ ...alert, conditions: [{ signal: 'calm', measure: 'value', above: 0.5 }] }],
      },
      /alerts\[0\] watches calm/,
    ],
    [
      'a label that is left above where it is entered',
      { 'analysis.smoothing.leaveProbability': 0.7 },
      /analysis\.smoothing\.leaveProbability/,
    ],
    [
      'a backlog too short for senders that are paused at the default',
      { 'analysis.maxPendingSteps': 14 },
      /analysis\.maxPendingSteps must be at least 15 with limits\.maxBufferedAudioMs at 5000/,
    ],
    [
      'more buffered audio than may wait in steps',
      { 'limits.maxBufferedAudioMs': 60_000 },
      /analysis\.maxPendingSteps must be at least 72/,
    ],
    [
      'an alert on a leg that is not analysed',
      { alerts: [{ ...alert, leg: 'agent' }] },
      /alerts\[0\]\.leg is agent/,
    ],
    [
      'an alert that watches nothing',
      { alerts: [{ name: 'a', text: 'x' }] },
      /alerts\[0\] watches nothing/,
    ],
    ...(
      [
        [{ signal: 'anger' }, /conditions\[0\] must have a limit/],
        [{ signal: 'anger', above: 0.2, below: 0.1 }, /either above or below/],
        [{ signal: 'valence', measure: 'overBaseline', above: 0.2 }, /measure overBaseline is for/],
        [{ signal: 'silenceMs', measure: 'change', above: 1 }, /measure change is not for silence/],
        [{ signal: 'anger', above: 1.2 }, /above is never reached: 1 is/],
        [{ signal: 'arousal', below: -2 }, /below is never reached: -1 is/],
        [{ signal: 'anger', measure: 'change', above: 1.5 }, /above is never reached: 1 is/],
        [
          { signal: 'joy', above: 0.5 },
          /alerts\[0\]\.conditions\[0\]\.signal .*must be one of neutral/,
        ],
      ] as const
    ).map(([condition, complaint]): [string, Flags, RegExp] => [
      `an alert's condition ${JSON.stringify(condition)}`,
      { alerts: [{ name: 'a', text: 'x', conditions: [condition] }] },
      complaint,
    ]),
    ['two alerts of one name', { alerts: [alert, alert] }, /alerts\[1\]\.name is used twice/],
    [
      'two webhooks of one name',
      { 'adapters.webhooks': [webhook, webhook] },
      /adapters\.webhooks\[1\]\.name is used twice/,
    ],
    [
      'a durable webhook without a file to be durable in',
      { 'adapters.webhooks': [{ ...webhook, delivery: 'durable' }] },
      /adapters\.webhooks\[0\]\.delivery is durable, which needs a file: set store\.path/,
    ],
    [
      'a webhook secret of too few bytes',
      { 'adapters.webhooks': [{ ...webhook, secret: 'whsec_c2hvcnQ=' }] },
      /adapters\.webhooks\[0\]\.secret must be whsec_ followed by 24 to 64 bytes/,
    ],
    [
      'a webhook secret without its prefix',
      { 'adapters.webhooks': [{ ...webhook, secret: 'plain' }] },
      /adapters\.webhooks\[0\]\.secret/,
    ],
    [
      'an old webhook secret of too few bytes',
      { 'adapters.webhooks': [{ ...webhook, previousSecrets: ['whsec_c2hvcnQ='] }] },
      /adapters\.webhooks\[0\]\.previousSecrets\[0\]/,
    ],
    ...[
      'http://crm.example.com',
      'ftp://127.0.0.1',
      'https://u:p@crm.example.com',
      'crm',
      'http://127.0.0.1.example.com',
    ].map((url): [string, Flags, RegExp] => [
      `the webhook URL ${url}`,
      { 'adapters.webhooks': [{ ...webhook, url }] },
      /adapters\.webhooks\[0\]\.url/,
    ]),
    ...[
      'http://voice.example.com',
      'https://voice.example.com/',
      'https://voice.example.com/path',
      'https://voice.example.com:443',
      'https://Voice.example.com',
      'https://',
      'voice.example.com',
    ].map((origin): [string, Flags, RegExp] => [
      `the public origin ${origin}`,
      { ...keys, 'twilio.enabled': false, 'server.publicOrigin': origin },
      /server\.publicOrigin must be an https origin/,
    ]),
  ];
  for (const [what, flags, message] of refused) {
    it(`refuses ${what}`, () => assert.match(refusal(flags), message));
  }

  it('permits an agent leg whose legal basis is named', () => {
    const config = loadConfig({
      flags: {
        'analysis.legs.agent.analysed': 'true',
        'analysis.legs.agent.legalBasis': 'safety: drivers of emergency vehicles',
        alerts: [{ ...alert, leg: 'agent' }],
      },
    });
    assert.equal(config.analysis.legs.agent.analysed, true);
  });

  it('permits a webhook over http to this machine only', () => {
    const url = 'http://[::1]:9000/hook';
    const config = loadConfig({ flags: { 'adapters.webhooks': [{ ...webhook, url }] } });
    assert.equal(config.adapters.webhooks[0]?.maxAttempts, 3);
  });

  it('knows the loopback addresses', () => {
    for (const host of ['localhost', '::1', '127.0.0.1', '127.1.2.3']) {
      assert.ok(isLoopbackHost(host), host);
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example']) {
      assert.ok(!isLoopbackHost(host), host);
    }
  });
});
