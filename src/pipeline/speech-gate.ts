/** Speech must stand this far above the floor to open the gate … */
const OPEN_ABOVE_FLOOR_DB = 9;
/** … and this far to keep it open. */
const HOLD_ABOVE_FLOOR_DB = 6;
/** Nothing below this is speech, however quiet the line. */
const ABSOLUTE_DB = -62;
/** The floor before anything was heard. */
const INITIAL_FLOOR_DB = -66;
/** A floor above this is taken for a speaker without pauses, not for noise. */
const HIGHEST_FLOOR_DB = -25;
/** A frame at least this periodic is evidence of a voice. */
const VOICED = 0.5;
/** Voiced frames among the newest ones that open the gate: 3 of 8. */
const EVIDENCE_FRAMES = 8;
const VOICED_TO_OPEN = 3;
/** Frames after the last active one for which the gate stays open: 256 ms, the pause within a phrase. */
const HANGOVER_FRAMES = 8;
/** Without a voiced frame for this long (0.8 s) what is heard is not speech. */
const UNVOICED_LIMIT_FRAMES = 25;
/** The floor is the lowest level of the last four blocks of 0.5 s (minimum statistics, Martin 2001). */
const FLOOR_BLOCKS = 4;
const FLOOR_BLOCK_FRAMES = 16;

/**
 * Tells speech from silence and unvoiced noise, frame by frame, from level and voicing alone.
 * A causal detector with explicit state; it holds no audio.
 */
export class SpeechGate {
  #open = false;
  #voicedHistory = 0;
  #sinceActive = 0;
  #sinceVoiced = 0;
  readonly #floorBlocks = new Float32Array(FLOOR_BLOCKS);
  #block = 0;
  #frameInBlock = 0;
  #smoothedDb = 0;

  constructor() {
    this.reset();
  }

  get open(): boolean {
    return this.#open;
  }

  /** Takes one frame's level in dB of full scale and its voicing 0..1; returns whether it is speech. */
  update(intensityDb: number, voicing: number): boolean {
    const floorDb = this.#updateFloor(intensityDb);
    const voiced = voicing >= VOICED && intensityDb > ABSOLUTE_DB;
    this.#voicedHistory =
      ((this.#voicedHistory << 1) | (voiced ? 1 : 0)) & (2 ** EVIDENCE_FRAMES - 1);
    this.#sinceVoiced = voiced ? 0 : this.#sinceVoiced + 1;
    const margin = this.#open ? HOLD_ABOVE_FLOOR_DB : OPEN_ABOVE_FLOOR_DB;
    const active = intensityDb > ABSOLUTE_DB && intensityDb > floorDb + margin;
    this.#sinceActive = active ? 0 : this.#sinceActive + 1;
    this.#open = this.#open ? this.#staysOpen() : active && this.#hasVoice();
    return this.#open;
  }

  reset(): void {
    this.#open = false;
    this.#voicedHistory = 0;
    this.#sinceActive = HANGOVER_FRAMES;
    this.#sinceVoiced = UNVOICED_LIMIT_FRAMES;
    this.#floorBlocks.fill(INITIAL_FLOOR_DB);
    this.#block = 0;
    this.#frameInBlock = 0;
    this.#smoothedDb = INITIAL_FLOOR_DB;
  }

  #staysOpen(): boolean {
    return this.#sinceActive <= HANGOVER_FRAMES && this.#sinceVoiced <= UNVOICED_LIMIT_FRAMES;
  }

  #hasVoice(): boolean {
    let count = 0;
    for (let bits = this.#voicedHistory; bits > 0; bits >>= 1) count += bits & 1;
    return count >= VOICED_TO_OPEN;
  }

  #updateFloor(intensityDb: number): number {
    this.#smoothedDb += 0.4 * (intensityDb - this.#smoothedDb);
    if (++this.#frameInBlock > FLOOR_BLOCK_FRAMES) {
      this.#frameInBlock = 1;
      this.#block = (this.#block + 1) % FLOOR_BLOCKS;
      this.#floorBlocks[this.#block] = this.#smoothedDb;
    }
    const blocks = this.#floorBlocks;
    blocks[this.#block] = Math.min(blocks[this.#block]!, this.#smoothedDb);
    let floorDb = HIGHEST_FLOOR_DB;
    for (const lowest of blocks) floorDb = Math.min(floorDb, lowest);
    return floorDb;
  }
}
