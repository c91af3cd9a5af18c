import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { CallDetail, CallSummary, LegDetail } from '../../protocol/desk.ts';
import type { CallRecord } from '../call-record.ts';
import { LegRecord } from '../leg-record.ts';

/** What of a call is packed: all that nobody changes once it is over. */
export type PackedDetail = Pick<CallDetail, 'legs' | 'suggestions'>;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Numbers hardly shrink further with more; at 5 an hour of two legs takes a few tenths of a second. */
const QUALITY = 5;

/** Far above what the bounds of a record permit; a damaged blob must not fill the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** JSON in Brotli (RFC 7932); compressed by another thread. */
export function packDetail(record: CallRecord): Promise<Buffer> {
  const { legs, suggestions } = record.toDetail('');
  const text = Buffer.from(JSON.stringify({ legs, suggestions } satisfies PackedDetail));
  return compress(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

export async function unpackDetail(packed: Uint8Array): Promise<PackedDetail> {
  const text = await decompress(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  return JSON.parse(text.toString());
}

/** A leg of whose readings only the totals are left. */
export function emptyLeg({ totals, ...notice }: CallSummary['legs'][number]): LegDetail {
  return { ...new LegRecord(notice, { timelineRows: 0, maxEntries: 0 }).toDetail(), totals };
}
