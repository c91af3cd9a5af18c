import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';

/** Whether a value is as a schema says; if not, `errors` says where. */
export interface Validator<T> {
  (value: unknown): value is T;
  readonly errors: readonly ErrorObject[];
}

let ajv: Ajv | undefined;

/**
 * A validator that is compiled when it is first used: all of them together take longer than the rest
 * of a start, and a gateway never meets most messages.
 */
export function validator<T>(schema: TSchema): Validator<T> {
  let compiled: ValidateFunction<T> | undefined;
  const validate = (value: unknown): value is T => {
    compiled ??= compile<T>(schema);
    return compiled(value);
  };
  return Object.defineProperty(validate, 'errors', {
    get: () => compiled?.errors ?? [],
  }) as Validator<T>;
}

function compile<T>(schema: TSchema): ValidateFunction<T> {
  if (ajv === undefined) {
    // That the schemas are schemas, tests check: the first message should not wait for it.
    ajv = new Ajv({ strict: true, allowUnionTypes: true, validateSchema: false });
    addFormats.default(ajv);
  }
  return ajv.compile<T>(schema);
}
