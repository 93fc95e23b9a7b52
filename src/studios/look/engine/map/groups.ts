/** Pictures of a map in groups, e.g. by folder. */
export interface Grouping {
  /** [N] the group of each picture */
  readonly of: Uint8Array<ArrayBuffer>;
  /** Names of the groups, the largest first; what is left over is the last one. */
  readonly names: readonly string[];
  /** How many pictures each group has. */
  readonly sizes: readonly number[];
  /** Of each group some rows that stand for it, the most typical first. */
  readonly typical: readonly (readonly number[])[];
}

/** Groups that have a colour of their own; smaller ones are one group, `Others`. */
export const MAX_GROUPS = 12;
/** Pictures that stand for a group. */
const TYPICAL = 4;

/**
 * The folder that a picture lies in.
 *
 * @param name its relative path, e.g. `shoes/left/1.jpg`
 * @returns the path of its folder, e.g. `shoes/left`; '' when it lies in none
 */
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/**
 * Groups pictures by a key. Beyond twelve groups the smallest ones are put together.
 *
 * @param keys [N] the key of each picture
 * @param nameOf the name of a key's group
 * @param reduced [N, dim] float32, for what is typical
 * @returns the groups, the largest first, ties by name
 */
export function groupBy<Key extends string | number>(
  keys: readonly Key[],
  nameOf: (key: Key) => string,
  reduced: Float32Array,
): Grouping {
  const sizeOf = new Map<Key, number>();
  for (const key of keys) sizeOf.set(key, (sizeOf.get(key) ?? 0) + 1);
  const order = [...sizeOf.keys()].sort(
    (a, b) => (sizeOf.get(b) ?? 0) - (sizeOf.get(a) ?? 0) || (nameOf(a) < nameOf(b) ? -1 : 1),
  );
  const own = order.length > MAX_GROUPS ? order.slice(0, MAX_GROUPS - 1) : order;
  const groupOf = new Map(own.map((key, at) => [key, at]));
  const of = Uint8Array.from(keys, (key) => groupOf.get(key) ?? own.length);
  const names = own.map(nameOf);
  if (own.length < order.length) names.push('Others');
  const sizes = names.map(() => 0);
  for (const group of of) sizes[group] = (sizes[group] ?? 0) + 1;
  return { of, names, sizes, typical: typicalRows(of, names.length, reduced) };
}

// Of each group the rows that lie nearest to its mean.
function typicalRows(of: Uint8Array, groups: number, reduced: Float32Array): number[][] {
  const dim = of.length === 0 ? 0 : reduced.length / of.length;
  const means = new Float64Array(groups * dim);
  const sizes = new Uint32Array(groups);
  for (let row = 0; row < of.length; row += 1) {
    sizes[of[row]!]! += 1;
    for (let i = 0; i < dim; i += 1) means[of[row]! * dim + i]! += reduced[row * dim + i]!;
  }
  const best: { row: number; far: number }[][] = Array.from({ length: groups }, () => []);
  for (let row = 0; row < of.length; row += 1) {
    const group = of[row]!;
    let far = 0;
    for (let i = 0; i < dim; i += 1)
      far += (reduced[row * dim + i]! - means[group * dim + i]! / sizes[group]!) ** 2;
    const list = best[group]!;
    list.push({ row, far });
    list.sort((a, b) => a.far - b.far);
    if (list.length > TYPICAL) list.pop();
  }
  return best.map((list) => list.map(({ row }) => row));
}

/**
 * The likeliest class of embeddings by a linear classifier: the softmax does not change which one it is.
 *
 * @param rows [N, dim] float32, as the network gives them
 * @param weight [dim, classes] float32
 * @param bias [classes] float32
 * @returns [N] class indices
 */
export function topClasses(
  rows: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
): Uint16Array<ArrayBuffer> {
  const classes = bias.length;
  const dim = weight.length / classes;
  const count = rows.length / dim;
  const top = new Uint16Array(count);
  const logits = new Float32Array(classes);
  for (let row = 0; row < count; row += 1) {
    logits.set(bias);
    for (let i = 0; i < dim; i += 1) {
      const value = rows[row * dim + i]!;
      // Behind a ReLU many features are zero.
      if (value === 0) continue;
      const at = i * classes;
      for (let label = 0; label < classes; label += 1) logits[label]! += value * weight[at + label]!;
    }
    let best = 0;
    for (let label = 1; label < classes; label += 1) if (logits[label]! > logits[best]!) best = label;
    top[row] = best;
  }
  return top;
}
