import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';

const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;
/** A link in the file's place is refused: it could lead a line anywhere. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const NEWLINE = 0x0a;

/** One file that whole lines are appended to. */
export class AppendingFile {
  readonly path: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdMs: number;
  readonly #handle: FileHandle;
  #bytes: number;

  private constructor(path: string, handle: FileHandle, bytes: number, createdMs: number) {
    this.path = path;
    this.createdMs = createdMs;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Opens or makes the file and its folders, for the owner's eyes only. */
  static async open(path: string): Promise<AppendingFile> {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const handle = await open(path, FLAGS, FILE_MODE);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new TonewireError('TW_ADAPTER_FAILED', 'It is not a plain file.');
      await handle.chmod(FILE_MODE);
      const { size, birthtimeMs } = stats;
      const file = new AppendingFile(path, handle, size, birthtimeMs);
      await file.#endTornLine();
      return file;
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a line, newline included, or nothing: a part that was written is cut off again. */
  async append(line: Buffer): Promise<void> {
    try {
      await this.#handle.appendFile(line);
      this.#bytes += line.length;
    } catch (cause) {
      await this.#handle.truncate(this.#bytes);
      throw cause;
    }
  }

  /** Resolves once what was appended is on the disk. */
  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** A power cut may have left half a line; the next must not be glued to it. */
  async #endTornLine(): Promise<void> {
    if (this.#bytes === 0) return;
    const { buffer } = await this.#handle.read(Buffer.alloc(1), 0, 1, this.#bytes - 1);
    if (buffer[0] !== NEWLINE) await this.append(Buffer.of(NEWLINE));
  }
}
