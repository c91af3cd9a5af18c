import {
  type MemberPartName,
  type NetworkShape,
  readerShapes,
  type SharedPartName,
  stateLayout,
} from './shape.ts';

/** Something for every part of the state; for a trunk's and the peak's only where there is one. */
export interface StateParts<T> {
  readonly shared: Readonly<Record<SharedPartName, T>>;
  /** One record a reader: the members', then the statistics'. */
  readonly readers: readonly Readonly<Partial<Record<MemberPartName, T>>>[];
}

/** Values in the order of the state, by what they are and whose. */
export function namedParts<T>(shape: NetworkShape, values: readonly T[]) {
  const layout = stateLayout(shape);
  const of = (reader: number | undefined) =>
    Object.fromEntries(
      layout.flatMap((part, i) => (part.reader === reader ? [[part.name, values[i]!]] : [])),
    );
  return {
    shared: of(undefined) as Record<SharedPartName, T>,
    readers: readerShapes(shape).map((_, reader) => of(reader) as Record<MemberPartName, T>),
  };
}

/** The way back: the values in the order of the state. */
export function orderedParts<T>(shape: NetworkShape, { shared, readers }: StateParts<T>): T[] {
  return stateLayout(shape).map(({ name, reader }) => {
    const own: Readonly<Partial<Record<string, T>>> =
      reader === undefined ? shared : readers[reader]!;
    return own[name]!;
  });
}
