import Type from 'typebox';
import { section } from './section.ts';

/** Nothing touches the disk. */
export const IN_MEMORY = ':memory:';

export const StoreSchema = section(
  'The one embedded SQLite file, for whatever must outlive the process.',
  {
    path: Type.String({
      default: IN_MEMORY,
      minLength: 1,
      description:
        'The file, made when it is missing, readable by its owner only; its folder must exist, on a local disk. It holds events, which are personal data. One running gateway a file. `:memory:` keeps everything in the process and loses it with the process. Default: :memory:.',
    }),
    synchronous: Type.Enum(['normal', 'full'], {
      default: 'normal',
      description:
        '`normal`: what was committed survives the end of the process, kill -9 included, but the last commits may be lost when the machine itself loses power. `full` waits for the disk at every commit, which costs milliseconds each, and survives that too. Default: normal.',
    }),
  },
);
