/**
 * A name that no other collection has: a taken one gets a number.
 *
 * @param wanted the name asked for
 * @param taken the names of the other collections
 * @param most how long a name may be, characters
 * @returns `wanted`, or `wanted (2)` and so on; a long one is cut to make room for the number
 */
export function freeName(wanted: string, taken: ReadonlySet<string>, most: number): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) {
    const ending = ` (${number})`;
    name = wanted.slice(0, most - ending.length).trimEnd() + ending;
  }
  return name;
}
