import { useSignal } from '@preact/signals';
import type { Alert, LiveCall } from '../../protocol/dashboard.ts';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { nameOf } from '../live/wall-order.ts';
import { STRINGS } from '../strings.ts';
import { attempt } from './failure.ts';

export interface AcknowledgeProps {
  readonly call: Pick<LiveCall, 'callId' | 'caller'>;
  readonly alert: Alert;
}

/** Takes an alert: the feed then tells every desk who did. */
export function Acknowledge({ call, alert }: AcknowledgeProps) {
  const { client } = useDesk();
  const may = useMayChange();
  const busy = useSignal(false);
  if (alert.acknowledgement) {
    return <span class="soft">{STRINGS.alerts.by(alert.acknowledgement.by)}</span>;
  }
  const acknowledge = async (event: Event) => {
    event.stopPropagation();
    busy.value = true;
    await attempt(() => client.acknowledge(call.callId, alert.alertId));
    busy.value = false;
  };
  return (
    <button
      type="button"
      class="button button-small"
      disabled={busy.value || !may}
      title={may ? undefined : STRINGS.alerts.onlySupervisors}
      aria-label={STRINGS.alerts.acknowledgeFor(alert.text, nameOf(call))}
      onClick={acknowledge}
    >
      {STRINGS.alerts.acknowledge}
    </button>
  );
}
