import { useDesk } from '../desk/desk.ts';
import { nameOf } from '../live/wall-order.ts';
import { STRINGS } from '../strings.ts';

/** Says a new alert to whoever cannot see it appear. */
export function Announcer() {
  const newest = useDesk().live.newestAlert.value;
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {newest && STRINGS.alerts.announce(nameOf(newest.call), newest.alert.text)}
    </div>
  );
}
