import { KERNEL_BASE64 } from './kernel.gen.ts';

/**
 * The loops over samples and bins, compiled from `assembly/` (AssemblyScript) to WebAssembly with SIMD by
 * `npm run generate`. Its memory holds tables and scratch that all legs share: every function runs
 * to its end before the next one starts, and remembers nothing.
 */
interface KernelFunctions {
  /** `samples` → `power`; returns the sum of the power over all 1,024 bins. */
  computePower(): number;
  /** `power` → `logMel`; `floor` is what an empty band holds. */
  computeLogMel(floor: number): void;
  /** `logMel` → `mfcc`. */
  computeMfcc(): void;
  /** `power` → `correlation`; returns the energy in the band of `pitchBand`. */
  computeCorrelation(): number;
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

const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
const exports = new WebAssembly.Instance(module).exports as unknown as KernelExports;

export const kernel: KernelFunctions = exports;

/** A view of the first `length` numbers of a place. It stays valid: the memory never grows. */
export function kernelFloats(place: KernelPlace, length: number): Float32Array {
  return new Float32Array(exports.memory.buffer, exports[place].value, length);
}

/** The same for places that hold whole numbers. */
export function kernelIntegers(place: KernelPlace, length: number): Int32Array {
  return new Int32Array(exports.memory.buffer, exports[place].value, length);
}
