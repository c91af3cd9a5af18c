import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { PACKAGE_ROOT } from '../../package-root.ts';

/** What a figure was measured on: without it the figure means nothing. */
export interface Machine {
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly nodeVersion: string;
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    nodeVersion: process.version,
  };
}

/** The commit that was measured, with `-dirty` when files differ from it; null in an installed package. */
export function measuredCommit(): string | null {
  try {
    const [top] = git('rev-parse', '--show-toplevel');
    // An installed package lies inside somebody else's repository.
    if (top === undefined || realpathSync(top) !== realpathSync(PACKAGE_ROOT)) return null;
    const [commit] = git('rev-parse', '--short=12', 'HEAD');
    if (commit === undefined) return null;
    // Results of the same record do not change what is measured.
    const [changed] = git('status', '--porcelain', '--', '.', ':(exclude)bench/results');
    return changed === undefined ? commit : `${commit}-dirty`;
  } catch {
    return null;
  }
}

function git(...words: string[]): string[] {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const text = execFileSync('git', ['-C', PACKAGE_ROOT, ...words], { encoding: 'utf8', stdio });
  return text.split('\n').filter((line) => line !== '');
}
