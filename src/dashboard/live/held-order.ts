/**
 * The order while somebody points at the list: what stands there stays where it is, what is gone
 * leaves, and what is new goes to the end.
 */
export function keepPlaces(previous: readonly string[], ordered: readonly string[]): string[] {
  const now = new Set(ordered);
  const before = new Set(previous);
  return [...previous.filter((id) => now.has(id)), ...ordered.filter((id) => !before.has(id))];
}

export function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
