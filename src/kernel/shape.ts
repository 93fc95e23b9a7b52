/** Anything with a shape: a tfjs tensor, or our own arrays. */
export interface Shaped {
  readonly shape: readonly number[];
}

/**
 * Checks a shape at a public edge.
 *
 * @param value the tensor
 * @param expected one entry an axis: a number that must match, or a name for an axis of any size; the same name
 *   must have the same size wherever it occurs
 * @param name what to call the tensor in the error
 * @throws RangeError naming the tensor, the expected and the found shape
 */
export function assertShape(value: Shaped, expected: readonly (number | string)[], name: string): void {
  const sizes = new Map<string, number>();
  const fits =
    value.shape.length === expected.length &&
    expected.every((want, axis) => {
      const found = value.shape[axis] ?? -1;
      if (typeof want === 'number') return found === want;
      const before = sizes.get(want);
      sizes.set(want, found);
      return before === undefined || before === found;
    });
  if (!fits)
    throw new RangeError(
      `${name}: expected shape [${expected.join(', ')}], found [${value.shape.join(', ')}]`,
    );
}
