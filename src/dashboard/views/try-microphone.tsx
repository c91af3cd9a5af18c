import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useDesk } from '../desk/desk.ts';
import { attempt, failure } from '../parts/failure.ts';
import { TryCard } from '../parts/try-card.tsx';
import { STRINGS } from '../strings.ts';
import { MicrophoneCall } from '../try/microphone-call.ts';
import type { TryProps } from './try-it.tsx';

const words = STRINGS.try;

/** Whoever sits here is the caller, once they have agreed. */
export function TryMicrophone({ callId }: TryProps) {
  const { signIn } = useDesk();
  const agreed = useSignal(false);
  const state = useSignal<'idle' | 'opening' | 'talking'>('idle');
  const level = useSignal(0);
  const call = useRef<MicrophoneCall | null>(null);
  useEffect(() => () => void call.current?.stop(), []);
  const start = async () => {
    state.value = 'opening';
    const opened = await attempt(async () =>
      MicrophoneCall.start({
        token: await signIn.streamToken(),
        onLevel: (loudest) => {
          level.value = loudest;
        },
        onEnded: (error) => {
          state.value = 'idle';
          level.value = 0;
          if (error) failure.value = error;
        },
      }),
    );
    call.current = opened ?? null;
    state.value = opened ? 'talking' : 'idle';
    if (opened) callId.value = opened.callId;
  };
  return (
    <TryCard title={words.microphone} lead={words.microphoneLead}>
      <label class="check">
        <input
          type="checkbox"
          checked={agreed.value}
          onChange={({ currentTarget }) => {
            agreed.value = currentTarget.checked;
          }}
        />
        {words.consent}
      </label>
      {state.value === 'talking' ? (
        <div class="button-row">
          <button type="button" class="button button-main" onClick={() => call.current?.stop()}>
            {words.stop}
          </button>
          <meter class="level" min={0} max={1} value={level.value} aria-label={words.level} />
        </div>
      ) : (
        <button
          type="button"
          class="button button-main"
          disabled={!agreed.value || state.value === 'opening'}
          onClick={start}
        >
          {state.value === 'opening' ? words.opening : words.start}
        </button>
      )}
    </TryCard>
  );
}
