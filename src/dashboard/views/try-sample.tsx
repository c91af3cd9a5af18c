import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { attempt } from '../parts/failure.ts';
import { TryCard } from '../parts/try-card.tsx';
import { STRINGS } from '../strings.ts';
import type { TryProps } from './try-it.tsx';

const words = STRINGS.try;

/** The call that came with Tonewire, played by the gateway to itself. */
export function TrySample({ callId }: TryProps) {
  const { client, entrance } = useDesk();
  const may = useMayChange();
  const busy = useSignal(false);
  const aloud = useSignal(false);
  const audio = useRef<HTMLAudioElement | null>(null);
  useEffect(() => () => audio.current?.pause(), []);
  const here = entrance.value;
  const offered = here.state === 'open' && here.session.sampleCall;
  const play = async () => {
    busy.value = true;
    audio.current?.pause();
    await attempt(async () => {
      const sound = aloud.value ? await client.sampleCallAudio() : undefined;
      callId.value = (await client.playSampleCall()).callId;
      if (sound) audio.current = await playAloud(sound);
    });
    busy.value = false;
  };
  return (
    <TryCard title={words.sample} lead={words.sampleLead}>
      <label class="check">
        <input
          type="checkbox"
          checked={aloud.value}
          onChange={({ currentTarget }) => {
            aloud.value = currentTarget.checked;
          }}
        />
        {words.listen}
      </label>
      <button
        type="button"
        class="button button-main"
        disabled={busy.value || !offered || !may}
        onClick={play}
      >
        {busy.value ? words.playing : words.play}
      </button>
      {!offered && <p class="soft small">{words.sampleOff}</p>}
      {offered && !may && <p class="soft small">{words.sampleOnlySupervisors}</p>}
    </TryCard>
  );
}

async function playAloud(sound: Blob): Promise<HTMLAudioElement> {
  const address = URL.createObjectURL(sound);
  const audio = new Audio(address);
  audio.addEventListener('ended', () => URL.revokeObjectURL(address));
  await audio.play();
  return audio;
}
