import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of a model's two large files, as they lie there and as an archive (gzip, level 9). */
export interface FileSizes {
  readonly graph: number;
  readonly graphGzip: number;
  readonly weights: number;
  readonly weightsGzip: number;
}

export async function fileSizes(modelFolder: string): Promise<FileSizes> {
  const [graph, weights] = await Promise.all(
    ['model.onnx', 'weights.bin'].map((file) => readFile(join(modelFolder, file))),
  );
  const gzip = (bytes: Buffer) => gzipSync(bytes, { level: 9 }).length;
  return {
    graph: graph!.length,
    graphGzip: gzip(graph!),
    weights: weights!.length,
    weightsGzip: gzip(weights!),
  };
}
