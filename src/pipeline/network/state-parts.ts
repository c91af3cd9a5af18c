import {
  type MemberPartName,
  type NetworkShape,
  type SharedPartName,
  stateLayout,
} from './shape.ts';

/** Something for every part of the state; for the peak's only in a network that has one. */
export interface StateParts<T> {
  readonly shared: Readonly<Record<SharedPartName, T>>;
  /** One record a member. */
  readonly members: readonly Readonly<Partial<Record<MemberPartName, T>>>[];
}

/** Values in the order of the state, by what they are and whose. */
export function namedParts<T>(shape: NetworkShape, values: readonly T[]) {
  const layout = stateLayout(shape);
  const of = (member: number | undefined) =>
    Object.fromEntries(
      layout.flatMap((part, i) => (part.member === member ? [[part.name, values[i]!]] : [])),
    );
  return {
    shared: of(undefined) as Record<SharedPartName, T>,
    members: Array.from(
      { length: shape.members },
      (_, member) => of(member) as Record<MemberPartName, T>,
    ),
  };
}

/** The way back: the values in the order of the state. */
export function orderedParts<T>(shape: NetworkShape, { shared, members }: StateParts<T>): T[] {
  return stateLayout(shape).map(({ name, member }) => {
    const own: Readonly<Partial<Record<string, T>>> =
      member === undefined ? shared : members[member]!;
    return own[name]!;
  });
}
