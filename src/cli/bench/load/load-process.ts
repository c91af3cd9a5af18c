/**
 * Callers and subscribers in a process of their own; started by load.ts with its part of the load as
 * its argument. Answers each question, and ends when its parent disconnects.
 */
import { systemClock } from '../../../protocol/clock.ts';
import { LoadGroup } from './load-group.ts';
import type { LoadPart, LoadQuestion } from './load-messages.ts';

const part: LoadPart = JSON.parse(process.argv[2] ?? '{}');
const group = new LoadGroup(part, systemClock);

process.on('message', async (question: LoadQuestion) => process.send?.(await answer(question)));
process.on('disconnect', () => process.exit());

async function answer(question: LoadQuestion): Promise<unknown> {
  switch (question.type) {
    case 'connect':
      return group.connect(question.voices);
    case 'speak':
      group.speak();
      return {};
    case 'measure':
      group.measure();
      return {};
    case 'report':
      return group.report();
    case 'stop':
      await group.stop();
      return {};
  }
}
