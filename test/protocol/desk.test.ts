import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type Type from 'typebox';
import * as desk from '../../src/protocol/dashboard.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { deskCallDetail, deskLiveCall } from '../helpers/desk-samples.ts';

const schemas = Object.entries(desk as Readonly<Record<string, unknown>>)
  .filter(([name]) => name.endsWith('Schema'))
  .map(([, schema]) => schema as Type.TSchema);

const ajv = new Ajv({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const validator = (schema: Type.TSchema) => ajv.compile(schema);

describe('The contract of the desk', () => {
  it('is made of schemas that a strict validator takes', () => {
    for (const schema of schemas) validator(schema);
    assert.ok(schemas.length >= 30, `${schemas.length} schemas`);
  });

  it('gives every endpoint a method and path of its own', () => {
    const seen = Object.values(desk.DESK_ENDPOINTS).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual([...new Set(seen)], seen);
  });

  it('never puts a caller into a path', () => {
    for (const { path } of Object.values(desk.DESK_ENDPOINTS)) {
      assert.doesNotMatch(path, /:caller\b/);
    }
  });

  it('lets only a supervisor change something or take data out', () => {
    const viewers = Object.entries(desk.DESK_ENDPOINTS).filter(([, { role }]) => role === 'viewer');
    assert.deepEqual(
      viewers.map(([name]) => name),
      ['session', 'liveCalls', 'history', 'call', 'days', 'sampleCallAudio'],
    );
  });

  it('takes a snapshot with a live call, and refuses a field that it does not know', () => {
    const validate = validator(desk.DeskSnapshotSchema);
    const snapshot: desk.DeskSnapshot = {
      type: 'desk.snapshot',
      intervalMs: 250,
      at: '2026-11-27T10:00:00.000Z',
      total: 1,
      calls: [deskLiveCall()],
    };
    assert.ok(validate(snapshot), JSON.stringify(validate.errors));
    assert.equal(validate({ ...snapshot, extra: 1 }), false);
  });

  it("takes a call's detail, and wants all eight columns of probabilities", () => {
    const validate = validator(desk.CallDetailSchema);
    const detail = deskCallDetail();
    assert.ok(validate(detail), JSON.stringify(validate.errors));
    const { timeline } = detail.legs[0]!;
    for (const emotion of EMOTIONS) {
      const { [emotion]: _, ...probabilities } = timeline.probabilities;
      const legs = [{ ...detail.legs[0]!, timeline: { ...timeline, probabilities } }];
      assert.equal(validate({ ...detail, legs }), false, emotion);
    }
  });
});
