import { finishedCall } from '../../helpers/finished-call.ts';
import { openHistory } from '../../helpers/open-history.ts';

/** A process that keeps one call after another in the store named on its command line, a dot each, until it is killed. */
const { history } = await openHistory(process.argv[2]);
for (let index = 0; ; index += 1) {
  history.keep(finishedCall({ callId: `call-${index}`, updates: 50, alerts: 3 }));
  process.stdout.write('.');
  await history.settled();
}
