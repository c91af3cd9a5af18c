import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MAX_GZIPPED_BYTES = 15_000;

describe('the client in a browser bundle', () => {
  it('is at most 15 kB gzipped, and brings no library along', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['src/sdk/browser.ts'],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      metafile: true,
    });
    const [file] = outputFiles;
    const bytes = gzipSync(file!.contents, { level: 9 }).length;
    assert.ok(bytes <= MAX_GZIPPED_BYTES, `${bytes} bytes`);
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.length > 10);
    assert.deepEqual(
      inputs.filter((path) => !/^src\/(sdk|protocol)\//.test(path)),
      [],
    );
  });
});
