import type { Clock } from '../../protocol/clock.ts';
import { DeliveryError } from '../delivery-error.ts';
import { failureOf } from '../http-exchange.ts';

/** What the SDK's errors hold, the last two when there was an answer. */
interface SdkError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The DeliveryError for an answer that is no success; without an answer, the error as it is. */
export function lexFailure(cause: unknown, who: string, clock: Clock): unknown {
  const { name, $metadata, $response }: SdkError = Object(cause);
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 300) {
    return failureOf(who, status, $response?.headers?.['retry-after'] ?? null, clock);
  }
  if (name === 'CredentialsProviderError') {
    return new DeliveryError(`${who}: the AWS SDK finds no credentials.`, { cause });
  }
  if ($response === undefined) return cause;
  return new DeliveryError(`${who}: its answer is too long or cannot be read.`, { cause });
}
