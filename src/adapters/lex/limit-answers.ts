import { pipeline, Readable, Transform } from 'node:stream';
import type { LexRuntimeV2Client } from '@aws-sdk/client-lex-runtime-v2';
import { TonewireError } from '../../protocol/errors.ts';

/** A session's state is a few kilobytes; Lex permits attributes of 12 kB. */
const MAX_ANSWER_BYTES = 1_048_576;

/** Makes a client fail on an answer that never ends, which the SDK would read into memory. */
export function limitAnswers(stack: LexRuntimeV2Client['middlewareStack']): void {
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = Object(result.response);
      if (response.body instanceof Readable) {
        // A failure on either side reaches whoever reads; there is nobody else to tell.
        response.body = pipeline(response.body, limiter(), () => undefined);
      }
      return result;
    },
    // Innermost: before anything has read the body.
    { step: 'deserialize', priority: 'low', name: 'tonewireLimitAnswers' },
  );
}

function limiter(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) done(null, chunk);
      else done(new TonewireError('TW_ADAPTER_FAILED', 'Lex: its answer is too long.'));
    },
  });
}
