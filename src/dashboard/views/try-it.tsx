import { type Signal, useSignal } from '@preact/signals';
import { STRINGS } from '../strings.ts';
import { TryCall } from './try-call.tsx';
import { TryMicrophone } from './try-microphone.tsx';
import { TrySample } from './try-sample.tsx';

const words = STRINGS.try;

export interface TryProps {
  /** The call that was started here, shown beneath. */
  readonly callId: Signal<string | null>;
}

/** The newcomer's first minute: a call without a telephone. */
export function TryIt() {
  const callId = useSignal<string | null>(null);
  return (
    <section class="view try" aria-labelledby="try-title">
      <div class="try-head">
        <h1 id="try-title">{words.title}</h1>
        <p class="soft">{words.lead}</p>
      </div>
      <div class="try-cards">
        <TrySample callId={callId} />
        <TryMicrophone callId={callId} />
      </div>
      {callId.value !== null && <TryCall key={callId.value} callId={callId.value} />}
    </section>
  );
}
