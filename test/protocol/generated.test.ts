import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { generatedFiles } from '../../scripts/generated-files.ts';
import { asyncApiDocument } from '../../src/protocol/asyncapi.ts';
import { EVENT_TYPES } from '../../src/protocol/events.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const root = new URL('../../', import.meta.url);
const shipped = (path: string) => readFileSync(new URL(path, root), 'utf8');

const generated = await generatedFiles();

describe('the generated files', () => {
  for (const [path, text] of generated) {
    it(`${path} is what the code says`, () => {
      assert.ok(shipped(path) === text, 'run `npm run generate`');
    });
  }

  it('hold a schema that accepts every example configuration', () => {
    const validate = new Ajv().compile(JSON.parse(shipped('config/schema.json')));
    for (const name of ['config/example.json', 'config/twilio.json']) {
      assert.ok(validate(JSON.parse(shipped(name))), JSON.stringify(validate.errors));
    }
  });

  it('hold a schema for each event that accepts it', () => {
    for (const type of EVENT_TYPES) {
      const ajv = new Ajv();
      addFormats.default(ajv);
      const validate = ajv.compile(JSON.parse(shipped(`docs/schemas/${type}.json`)));
      assert.ok(validate(sampleEvent(type)), JSON.stringify(validate.errors));
    }
  });
});

describe('the AsyncAPI document', () => {
  const text = JSON.stringify(asyncApiDocument('1.2.3'));

  it('is valid against the official AsyncAPI 3.0 schema', () => {
    const require = createRequire(import.meta.url);
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, logger: false });
    addFormats.default(ajv);
    const validate = ajv.compile(require('@asyncapi/specs/schemas/3.0.0.json'));
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors?.slice(0, 5)));
  });

  it('has a target for every reference', () => {
    const document: unknown = JSON.parse(text);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(references.length > 30);
    for (const reference of references) {
      const target = reference
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
      assert.ok(target, reference);
    }
  });
});
