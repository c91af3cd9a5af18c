import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);
const TSC = resolve('node_modules/typescript/bin/tsc');

const USE = `
import { connect, type EmotionStream, TonewireError } from 'tonewire/client';
import { createTonewire, loadConfig } from 'tonewire';
import { EMOTIONS } from 'tonewire/protocol';

export async function use(): Promise<number> {
  const stream: EmotionStream = await connect({ url: 'ws://127.0.0.1:1', consent: 'given' });
  stream.on('emotion.updated', ({ data }) => data.probabilities.anger.toFixed());
  // @ts-expect-error: there is no such event
  stream.on('emotion.guessed', () => undefined);
  const plugin = await createTonewire({ config: loadConfig() });
  plugin.on('alert.raised', ({ data }) => data.rule.length);
  await stream.send(new Int16Array(160));
  return (await stream.end()).durationMs + EMOTIONS.length + new TonewireError('TW_INTERNAL').code.length;
}
`;

/** Against what `npm run build` made; installs from the package registry. */
describe('the packed package in an empty project', function () {
  this.timeout(300_000);
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'tonewire-packed-'));
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', project];
    const { stdout } = await run('npm', pack);
    const tarball = stdout.trim().split('\n').at(-1) ?? '';
    await writeFile(join(project, 'package.json'), '{"type":"module","private":true}');
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', [...install, join(project, tarball)], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  it('exports these names to Node', async () => {
    const names = async (path: string) => {
      const code = `console.log(JSON.stringify(Object.keys(await import('${path}')).sort()))`;
      const args = ['--input-type=module', '-e', code];
      return JSON.parse((await run(process.execPath, args, { cwd: project })).stdout) as string[];
    };
    assert.deepEqual(await names('tonewire/client'), ['EmotionStream', 'TonewireError', 'connect']);
    assert.ok((await names('tonewire')).includes('createTonewire'));
    assert.ok((await names('tonewire/protocol')).includes('EMOTIONS'));
  });

  it("bundles for a browser, from the browser's own entry", async () => {
    const { metafile } = await build({
      stdin: { contents: "export * from 'tonewire/client'", resolveDir: project },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs).join('\n');
    assert.match(inputs, /tonewire\/dist\/sdk\/browser\.js/);
    assert.doesNotMatch(inputs, /node_modules\/(ws|typebox|ajv)\//);
  });

  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`has types that hold under ${moduleResolution} resolution`, async () => {
      await writeFile(join(project, 'use.ts'), USE);
      const options = ['--module', module, '--moduleResolution', moduleResolution];
      const strict = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2023'];
      const libs = ['--lib', 'es2023,dom,esnext.disposable', '--types', ''];
      const args = [TSC, ...options, ...strict, ...libs, 'use.ts'];
      await run(process.execPath, args, { cwd: project }).catch(({ stdout }) =>
        assert.fail(stdout),
      );
    });
  }
});
