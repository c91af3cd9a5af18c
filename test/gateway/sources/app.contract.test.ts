import type { Encoding } from '../../../src/protocol/messages.ts';
import { type SourceDialect, sourceContract } from '../../contract/source-contract.ts';
import { WsClient } from '../../helpers/ws-client.ts';

interface SampleFormat {
  readonly encoding: Encoding;
  readonly sampleRateHz: number;
  readonly bytesPerSample: number;
}

/** `tonewire.v1` with two channels: the customer's and the agent's. */
function appDialect({ encoding, sampleRateHz, bytesPerSample }: SampleFormat): SourceDialect {
  return {
    source: 'app',
    path: '/v1/stream',
    bytesPerMs: (sampleRateHz / 1000) * bytesPerSample,
    async connect(url, callId) {
      const client = await WsClient.open(url, ['tonewire.v1']);
      const audio = { encoding, sampleRateHz, channels: 2 };
      return {
        client,
        start: () => client.send({ type: 'session.start', callId, audio }),
        audio: ({ customer, agent }) =>
          client.sendBinary(interleaved(customer, agent, bytesPerSample)),
        stop: () => client.send({ type: 'session.end' }),
      };
    },
    asides: {
      'a ping': ({ client }) => client.send({ type: 'ping', id: 'p1' }),
      'a ping without an id': ({ client }) => client.send({ type: 'ping' }),
      'an empty message': ({ client }) => client.sendBinary(new Uint8Array()),
    },
  };
}

function interleaved(left: Uint8Array, right: Uint8Array, bytesPerSample: number): Uint8Array {
  const both = new Uint8Array(left.length * 2);
  for (let at = 0; at < left.length; at += bytesPerSample) {
    both.set(left.subarray(at, at + bytesPerSample), at * 2);
    both.set(right.subarray(at, at + bytesPerSample), at * 2 + bytesPerSample);
  }
  return both;
}

sourceContract(
  'app, 16-bit PCM at 16 kHz',
  appDialect({ encoding: 'pcm_s16le', sampleRateHz: 16_000, bytesPerSample: 2 }),
);
sourceContract(
  'app, A-law at 8 kHz',
  appDialect({ encoding: 'alaw', sampleRateHz: 8000, bytesPerSample: 1 }),
);
