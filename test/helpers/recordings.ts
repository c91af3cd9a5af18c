import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Real recordings are not in the repository: beside it, or where TONEWIRE_TEST_DATA says. */
const FOLDER = process.env.TONEWIRE_TEST_DATA ?? '../shared/data';

/** Path of a recording or folder; the test is pending, with the reason, where it is absent. */
export function recordings(test: Mocha.Context, path: string): string {
  const whole = join(FOLDER, path);
  if (!existsSync(whole)) {
    test.test!.title += ` (pending: no ${whole}; set TONEWIRE_TEST_DATA to the recordings)`;
    test.skip();
  }
  return whole;
}
