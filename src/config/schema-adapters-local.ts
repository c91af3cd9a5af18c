import Type from 'typebox';
import { EVENT_TYPES } from '../protocol/events.ts';
import { adapterMembers } from './schema-adapter-members.ts';
import { item, whole } from './section.ts';

const DAY_MS = 86_400_000;

/** Where an adapter that needs nobody else writes. */
export const FileSchema = item('One CloudEvent a line, appended to files with mode 0600.', {
  ...adapterMembers(EVENT_TYPES, EVENT_TYPES),
  path: Type.String({
    minLength: 1,
    maxLength: 1024,
    pattern: '^([^{}]|\\{(date|hour|callId|leg|type)\\})+$',
    description:
      'The file, from the working directory; folders are made, with mode 0700. May hold {date} and {hour} (UTC, of the event), {callId}, {leg} (`call` where an event has none) and {type}; what callers chose is percent-encoded, so that it can name no other folder. With {callId}, give it a folder of its own: see maxFiles. Events are personal data: keep it where few can read.',
  }),
  maxBytes: whole(
    64 * 1024 * 1024,
    4096,
    1024 ** 4,
    'A file that would grow beyond this is set aside as path.1, path.2, … (higher is newer) and begun anew. Default: 67108864 (64 MiB).',
  ),
  maxAgeMs: whole(
    DAY_MS,
    1000,
    366 * DAY_MS,
    'A file older than this is set aside at the next event. Default: 86400000 (a day).',
  ),
  maxFiles: whole(
    100,
    1,
    100_000,
    'Files that remain, over all names that path can take, whoever wrote them; the least recently written are deleted. With maxBytes this bounds the disk. Default: 100.',
  ),
  maxOpenFiles: whole(
    16,
    1,
    1000,
    'Files kept open at once; matters when path names each call. Default: 16.',
  ),
  fsync: Type.Enum(['always', 'interval', 'never'], {
    default: 'interval',
    description:
      '`always`: an event counts as delivered once it is on the disk, some milliseconds each. `interval`: within a second; a power cut loses that second. `never`: when the system sees fit. A crash of Tonewire alone loses nothing with any. Default: interval.',
  }),
});
