import { FLOAT, fast, slow, taps, VECTOR } from './memory';

/** Taps of each of the two filters, which is what an output sample depends on. */
const TAPS: i32 = 80;

/**
 * Doubles the rate of what lies in `slow`, 79 samples of history and `count` new ones, into the first
 * `2 · count` numbers of `fast`: output 2n + p is Σ taps[j, p] · x[n − j] (a polyphase filter). Sixteen
 * inputs at a time; beyond `count` it computes what nobody reads.
 */
export function upsample(count: i32): void {
  let out = fast;
  const end = slow + <usize>count * FLOAT;
  for (let newest = slow; newest < end; newest += 4 * VECTOR) {
    let even0 = f32x4.splat(0);
    let even1 = f32x4.splat(0);
    let even2 = f32x4.splat(0);
    let even3 = f32x4.splat(0);
    let odd0 = f32x4.splat(0);
    let odd1 = f32x4.splat(0);
    let odd2 = f32x4.splat(0);
    let odd3 = f32x4.splat(0);
    let at = newest + <usize>(TAPS - 1) * FLOAT;
    let tap = taps;
    for (let j: i32 = 0; j < TAPS; j++) {
      const evenTap = v128.load_splat<f32>(tap);
      const oddTap = v128.load_splat<f32>(tap, 4);
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32);
      const x3 = v128.load(at, 48);
      even0 = f32x4.add(even0, f32x4.mul(x0, evenTap));
      odd0 = f32x4.add(odd0, f32x4.mul(x0, oddTap));
      even1 = f32x4.add(even1, f32x4.mul(x1, evenTap));
      odd1 = f32x4.add(odd1, f32x4.mul(x1, oddTap));
      even2 = f32x4.add(even2, f32x4.mul(x2, evenTap));
      odd2 = f32x4.add(odd2, f32x4.mul(x2, oddTap));
      even3 = f32x4.add(even3, f32x4.mul(x3, evenTap));
      odd3 = f32x4.add(odd3, f32x4.mul(x3, oddTap));
      at -= FLOAT;
      tap += 2 * FLOAT;
    }
    storeInTurn(out, even0, odd0);
    storeInTurn(out + 2 * VECTOR, even1, odd1);
    storeInTurn(out + 4 * VECTOR, even2, odd2);
    storeInTurn(out + 6 * VECTOR, even3, odd3);
    out += 8 * VECTOR;
  }
}

function storeInTurn(to: usize, even: v128, odd: v128): void {
  v128.store(to, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
  v128.store(to + VECTOR, v128.shuffle<f32>(even, odd, 2, 6, 3, 7));
}
