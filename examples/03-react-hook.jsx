/** A React hook: the newest reading of whoever speaks into the microphone. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { connect } from 'tonewire/client';

/** `options` as of `connect`; `start` must follow a click, since it asks for the microphone. */
export function useVoiceEmotion(options) {
  const [reading, setReading] = useState(null);
  const [error, setError] = useState(null);
  const stream = useRef(null);

  const start = useCallback(async () => {
    setError(null);
    try {
      stream.current = await connect(options);
      stream.current.on('emotion.updated', ({ data }) => setReading(data));
      stream.current.on('failed', setError);
      await stream.current.microphone();
    } catch (cause) {
      setError(cause);
    }
  }, [options]);

  const stop = useCallback(async () => {
    await stream.current?.end().catch(setError);
    stream.current = null;
  }, []);

  useEffect(() => () => void stop(), [stop]);
  return { reading, error, start, stop };
}
