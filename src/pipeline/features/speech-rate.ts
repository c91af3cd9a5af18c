/** A syllable's peak stands this far above the dips on both sides (de Jong and Wempe 2009: 2 dB). */
const DIP_DB = 2;
/** Time constant of the average. */
const AVERAGE_SECONDS = 2.5;
/** Speech goes on for this long after its last voiced frame: unvoiced consonants count as speech. */
const UNVOICED_SECONDS = 0.3;

/**
 * Syllable nuclei per second of speech: voiced peaks of intensity with a dip before and after
 * (N. de Jong and T. Wempe, "Praat script to detect syllable nuclei", Behavior Research Methods 41,
 * 2009), counted causally in an exponential window.
 */
export class SpeechRate {
  readonly #hopSeconds: number;
  readonly #decay: number;
  #nuclei = 0;
  #seconds = 0;
  #sinceVoicedSeconds = Number.POSITIVE_INFINITY;
  #lowDb = Number.POSITIVE_INFINITY;
  #peakDb = Number.NEGATIVE_INFINITY;
  #peakVoiced = false;

  constructor(hopSeconds: number) {
    this.#hopSeconds = hopSeconds;
    this.#decay = Math.exp(-hopSeconds / AVERAGE_SECONDS);
  }

  /** Takes one frame's level and whether it is voiced; returns syllables per second of speech. */
  update(intensityDb: number, voiced: boolean): number {
    this.#sinceVoicedSeconds = voiced ? 0 : this.#sinceVoicedSeconds + this.#hopSeconds;
    if (this.#sinceVoicedSeconds <= UNVOICED_SECONDS) {
      this.#nuclei *= this.#decay;
      this.#seconds = this.#seconds * this.#decay + this.#hopSeconds;
    }
    if (this.#endsNucleus(intensityDb, voiced)) this.#nuclei += 1;
    return this.#nuclei / Math.max(this.#seconds, 0.5);
  }

  reset(): void {
    this.#nuclei = 0;
    this.#seconds = 0;
    this.#sinceVoicedSeconds = Number.POSITIVE_INFINITY;
    this.#lowDb = Number.POSITIVE_INFINITY;
    this.#peakDb = Number.NEGATIVE_INFINITY;
    this.#peakVoiced = false;
  }

  #endsNucleus(intensityDb: number, voiced: boolean): boolean {
    if (intensityDb < this.#lowDb) this.#lowDb = intensityDb;
    if (intensityDb >= this.#peakDb && intensityDb >= this.#lowDb + DIP_DB) {
      this.#peakDb = intensityDb;
      this.#peakVoiced = voiced;
    }
    if (intensityDb > this.#peakDb - DIP_DB) return false;
    const counted = this.#peakVoiced;
    this.#peakDb = Number.NEGATIVE_INFINITY;
    this.#peakVoiced = false;
    this.#lowDb = intensityDb;
    return counted;
  }
}
