import { readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../protocol/clock.ts';
import { AppendingFile } from './appending-file.ts';
import type { PathTemplate } from './path-template.ts';

export interface FileBounds {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Over all names of the template. */
  readonly maxFiles: number;
  readonly maxOpenFiles: number;
  /** Whether a file is on the disk before it is closed, or whenever the system sees fit. */
  readonly fsync: 'always' | 'interval' | 'never';
}

/** The files of one template: few open at once, each bounded in size and age, all in number. */
export class RotatingFiles {
  readonly #template: PathTemplate;
  readonly #bounds: FileBounds;
  readonly #clock: Clock;
  /** The least recently used first. */
  readonly #open = new Map<string, AppendingFile>();

  constructor(template: PathTemplate, bounds: FileBounds, clock: Clock) {
    this.#template = template;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** The file to append `lineBytes` to. Calls must not overlap. */
  async fileFor(path: string, lineBytes: number): Promise<AppendingFile> {
    const file = this.#open.get(path) ?? (await this.#opened(path));
    if (this.#hasRoom(file, lineBytes)) {
      this.#open.delete(path);
      this.#open.set(path, file);
      return file;
    }
    await this.close(path);
    await setAside(path);
    return this.#opened(path);
  }

  async close(path: string): Promise<void> {
    const file = this.#open.get(path);
    if (!file) return;
    this.#open.delete(path);
    try {
      if (this.#bounds.fsync !== 'never') await file.sync();
    } finally {
      await file.close();
    }
  }

  async closeAll(): Promise<void> {
    for (const path of [...this.#open.keys()]) await this.close(path);
  }

  /** Resolves once all that was appended is on the disk. */
  async sync(): Promise<void> {
    await Promise.all([...this.#open.values()].map((file) => file.sync()));
  }

  #hasRoom(file: AppendingFile, lineBytes: number): boolean {
    if (file.bytes === 0) return true;
    const ageMs = this.#clock.nowMs() - file.createdMs;
    return file.bytes + lineBytes <= this.#bounds.maxBytes && ageMs <= this.#bounds.maxAgeMs;
  }

  async #opened(path: string): Promise<AppendingFile> {
    if (this.#open.size >= this.#bounds.maxOpenFiles) {
      const [leastUsed] = this.#open.keys();
      if (leastUsed !== undefined) await this.close(leastUsed);
    }
    const file = await AppendingFile.open(path);
    this.#open.set(path, file);
    await this.#prune();
    return file;
  }

  /** Deletes what is beyond `maxFiles`, the least recently written first, and folders left empty. */
  async #prune(): Promise<void> {
    const { root, nested } = this.#template;
    const entries = await readdir(root, { recursive: nested, withFileTypes: true });
    const own = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => this.#template.owns(path));
    const excess = own.length - this.#bounds.maxFiles;
    if (excess <= 0) return;
    const closed = own.filter((path) => !this.#open.has(path));
    const writtenMs = new Map<string, number>();
    for (const path of closed) writtenMs.set(path, (await stat(path)).mtimeMs);
    const byAge = closed.sort(
      (one, other) => (writtenMs.get(one) ?? 0) - (writtenMs.get(other) ?? 0),
    );
    for (const path of byAge.slice(0, excess)) {
      await unlink(path);
      if (dirname(path) !== root) await rmdir(dirname(path)).catch(() => undefined);
    }
  }
}

/** Renames a full file to `path.N`, one more than any before it. */
async function setAside(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const numbers = (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  await rename(path, `${path}.${Math.max(0, ...numbers) + 1}`);
}
