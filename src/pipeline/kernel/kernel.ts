import { KERNEL_BASE64 } from './kernel.gen.ts';

/**
 * The loops over samples and bins, compiled from `assembly/` (AssemblyScript) to WebAssembly with SIMD by
 * `npm run generate`. Its memory holds tables and scratch that all legs share: every function runs
 * to its end before the next one starts, and remembers nothing.
 */
export interface KernelFunctions {
  /** `samples` → `power`; returns the sum of the power over all 1,024 bins. */
  computePower(): number;
  /** `power` → `logMel`; `floor` is what an empty band holds. */
  computeLogMel(floor: number): void;
  /** `logMel` → `mfcc`. */
  computeMfcc(): void;
  /** `power` → `correlation`; returns the energy in the band of `pitchBand`. */
  computeCorrelation(): number;
  /** `sums[count]` ← `rows[count, width]` · `factors[width]` + `biases[count]`; addresses, `width` in fours. */
  multiplyRows(
    rows: number,
    count: number,
    width: number,
    factors: number,
    biases: number,
    sums: number,
  ): void;
  /** `sum[width]` ← the rows of `rows[count, width]`, each times its factor of `factors[count]`. */
  addRows(rows: number, count: number, width: number, factors: number, sum: number): void;
  /** `slow`, 79 samples of history and `count` new ones → `fast`, twice `count`. */
  upsample(count: number): void;
}

/** What lies in the kernel's memory; `assembly/memory.ts` says how long each is and what it holds. */
type KernelPlace =
  | 'correlation'
  | 'cosines'
  | 'fast'
  | 'hann'
  | 'lagGains'
  | 'logMel'
  | 'melSegments'
  | 'melWeights'
  | 'mfcc'
  | 'pitchBand'
  | 'power'
  | 'samples'
  | 'slow'
  | 'taps'
  | 'twiddles256'
  | 'twiddles512'
  | 'unpack512'
  | 'unpack1024';

type KernelExports = { readonly memory: WebAssembly.Memory } & KernelFunctions &
  Readonly<Record<KernelPlace, WebAssembly.Global>>;

const PAGE_BYTES = 65_536;
/** Numbers to a vector, at whose multiples arrays begin. */
export const LANES = 4;
const VECTOR_BYTES = LANES * Float32Array.BYTES_PER_ELEMENT;

const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
const exports = instantiate();

export const kernel: KernelFunctions = exports;

function instantiate(): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}

/** A view of the first `length` numbers of a place. It stays valid: the memory never grows. */
export function kernelFloats(place: KernelPlace, length: number): Float32Array {
  return new Float32Array(exports.memory.buffer, exports[place].value, length);
}

/** The same for places that hold whole numbers. */
export function kernelIntegers(place: KernelPlace, length: number): Int32Array {
  return new Int32Array(exports.memory.buffer, exports[place].value, length);
}

/** Numbers in a memory of the caller's own, and their address there. */
export interface KernelArray {
  readonly address: number;
  readonly values: Float32Array;
}

/** A kernel of one's own, with room for arrays of these lengths, each rounded up to whole vectors. */
export function kernelWithArrays<Name extends string>(lengths: Readonly<Record<Name, number>>) {
  const own = instantiate();
  const first = own.memory.buffer.byteLength;
  const entries = Object.entries<number>(lengths);
  const sizes = entries.map(([, length]) => Math.ceil(length / LANES) * VECTOR_BYTES);
  own.memory.grow(Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / PAGE_BYTES));
  let address = first;
  const arrays = entries.map(([name, length], i): [string, KernelArray] => {
    const values = new Float32Array(own.memory.buffer, address, length);
    const array = { address, values };
    address += sizes[i]!;
    return [name, array];
  });
  return {
    functions: own as KernelFunctions,
    arrays: Object.fromEntries(arrays) as Record<Name, KernelArray>,
  };
}
