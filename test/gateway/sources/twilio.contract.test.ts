import { type SourceDialect, sourceContract } from '../../contract/source-contract.ts';
import { TwilioCall } from '../../helpers/twilio-call.ts';

/** 8 kHz mu-law. */
const BYTES_PER_MS = 8;

const dialect: SourceDialect = {
  source: 'twilio',
  path: '/twilio/media',
  bytesPerMs: BYTES_PER_MS,
  async connect(url, callId) {
    const call = await TwilioCall.connect(url, callId);
    let timestampMs = 0;
    return {
      client: call.client,
      start: () => call.start(),
      audio({ customer, agent }) {
        call.media('inbound', customer, { timestampMs });
        call.media('outbound', agent, { timestampMs });
        timestampMs += customer.length / BYTES_PER_MS;
      },
      stop: () => call.stop(),
    };
  },
  asides: {
    'a second greeting': ({ client }) =>
      client.send({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
    'a pressed key': ({ client }) =>
      client.send({
        event: 'dtmf',
        sequenceNumber: '5',
        dtmf: { track: 'inbound_track', digit: '1' },
      }),
    'a mark with fields nobody knows': ({ client }) =>
      client.send({ event: 'mark', mark: { name: 'played', colour: 'blue' }, since: 2031 }),
    'audio of a track that was not announced': ({ client }) =>
      client.send({ event: 'media', media: { track: 'whisper', payload: 'AAAA' } }),
  },
};

sourceContract('twilio', dialect);
