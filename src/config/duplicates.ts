/** A complaint for each entry of a list that repeats another's `key`. */
export function duplicates<K extends string>(
  path: string,
  key: K,
  list: readonly Readonly<Record<K, string>>[],
): string[] {
  const seen = new Set<string>();
  return list.flatMap((entry, index) => {
    if (seen.has(entry[key])) return [`${path}[${index}].${key} is used twice; it must be unique`];
    seen.add(entry[key]);
    return [];
  });
}
