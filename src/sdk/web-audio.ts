/** What is used of the browser's audio, so that a program in Node needs no DOM types. */
export interface AudioPlatform {
  readonly navigator?: { readonly mediaDevices?: MediaDevicesLike };
  readonly AudioContext: new (options: { sampleRate: number }) => AudioContextLike;
  readonly AudioWorkletNode: new (
    context: AudioContextLike,
    name: string,
    options: { numberOfOutputs: number },
  ) => AudioWorkletNodeLike;
  readonly URL: { createObjectURL(blob: Blob): string; revokeObjectURL(url: string): void };
  readonly Blob: new (parts: string[], options: { type: string }) => Blob;
}

export interface MediaStreamLike {
  getTracks(): { stop(): void }[];
}

interface MediaDevicesLike {
  getUserMedia(constraints: { audio: Readonly<Record<string, unknown>> }): Promise<MediaStreamLike>;
}

interface AudioContextLike {
  readonly state: string;
  readonly audioWorklet: { addModule(url: string): Promise<void> };
  createMediaStreamSource(stream: MediaStreamLike): { connect(node: AudioWorkletNodeLike): void };
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface AudioWorkletNodeLike {
  readonly port: { onmessage: ((message: { data: Float32Array }) => void) | null };
}
