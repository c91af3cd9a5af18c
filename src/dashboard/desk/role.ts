import { useDesk } from './desk.ts';

/** Whether who sits here may change something or take data out. */
export function useMayChange(): boolean {
  const entrance = useDesk().entrance.value;
  return entrance.state === 'open' && entrance.session.role === 'supervisor';
}
