import assert from 'node:assert/strict';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type Type from 'typebox';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const compiled = new Map<Type.TSchema, ValidateFunction>();

/** Whether `value`, as it goes over the wire, is what the contract says. */
export function assertMatches(schema: Type.TSchema, value: unknown): void {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  assert.ok(validate(JSON.parse(JSON.stringify(value))), JSON.stringify(validate.errors));
}
