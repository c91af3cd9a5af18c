import Type from 'typebox';

/** A group of options that may be left out altogether; unknown keys in it are refused. */
export function section<P extends Type.TProperties>(description: string, properties: P) {
  return Type.Object(properties, { additionalProperties: false, default: {}, description });
}

/** One element of a list; its members without a default must be given. */
export function item<P extends Type.TProperties>(description: string, properties: P) {
  return Type.Object(properties, { additionalProperties: false, description });
}

/** A switch. */
export function toggle(byDefault: boolean, description: string) {
  return Type.Boolean({ default: byDefault, description });
}

/** A whole number within [minimum, maximum]; the unit is in the option's name. */
export function whole(
  byDefault: number,
  minimum: number,
  maximum: number,
  description: string,
): Type.TInteger {
  return Type.Integer({ default: byDefault, minimum, maximum, description });
}

/** A share or probability, 0 to 1. */
export function share(byDefault: number, description: string): Type.TNumber {
  return Type.Number({ default: byDefault, minimum: 0, maximum: 1, description });
}
