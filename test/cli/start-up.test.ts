import assert from 'node:assert/strict';
import { runCli } from './run-cli.ts';

const LOG = new URL('import-log.mjs', import.meta.url).href;

/** The packages that a command imports, by name. */
async function packagesOf(...words: string[]): Promise<string[]> {
  const { stderr } = await runCli(words, { NODE_OPTIONS: `--import ${LOG}` });
  const found = stderr.matchAll(/^imported file:.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm);
  return [...new Set([...found].map(([, name]) => name!))].sort();
}

describe('the start of a command', function () {
  this.timeout(60_000);

  it('loads next to nothing for the version and for help', async () => {
    assert.deepEqual(await packagesOf('--version'), ['commander', 'csv-parse']);
    assert.deepEqual(await packagesOf('evaluate', '--help'), ['commander', 'csv-parse']);
  });

  it('loads no plots, no classical methods, no TensorFlow and no database for the gateway', async () => {
    const packages = await packagesOf('serve', '--set', 'no.such.option=1');
    assert.ok(packages.includes('ws') && packages.includes('express'), packages.join());
    const heavy = packages.filter((name) =>
      /echarts|libsql|libsvm|tensorflow|cli-progress/.test(name),
    );
    assert.deepEqual(heavy, []);
  });
});
