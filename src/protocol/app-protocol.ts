/**
 * The app protocol `tonewire.v1`: JSON text frames for control, binary frames for audio.
 * Audio is interleaved when there are two channels, little-endian when 16-bit. Its names stand apart
 * from its schemas (messages.ts), so that the client carries no schema library into a browser.
 */
export const SUBPROTOCOL = 'tonewire.v1';

/** Sample rates the resampler takes, in hertz. */
export const SAMPLE_RATES_HZ = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000] as const;
export type SampleRateHz = (typeof SAMPLE_RATES_HZ)[number];

export const ENCODINGS = ['pcm_s16le', 'mulaw', 'alaw'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const CONSENTS = ['given', 'denied', 'unknown'] as const;
export type Consent = (typeof CONSENTS)[number];
