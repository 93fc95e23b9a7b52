import { LookFailure } from '../failure.ts';
import type { OpenCollection } from '../open-collections.ts';
import type { PictureInfo } from '../protocol.ts';

/** What goes out of a collection: its pictures as they were at the beginning, and their vectors as they are. */
export interface VectorSource {
  readonly name: string;
  /** Hash of the network that made the vectors, and their dimension. */
  readonly network: string;
  readonly dim: number;
  /** Tells collections of one name apart, milliseconds since 1970. */
  readonly createdAt: number;
  /** Which look at the pictures they are of, see `CollectionRow.set`; 0 is the first. */
  readonly set: number;
  readonly pictures: readonly PictureInfo[];
  /** @returns [dim] float32, a view; undefined when the picture was deleted meanwhile */
  vector(id: number): Float32Array | undefined;
}

/** Key in a Parquet file's metadata of what is known of the collection. */
export const ABOUT_KEY = 'atelier';

export function sourceOf(open: OpenCollection): VectorSource {
  const { name, network, dim, createdAt, set = 0 } = open.row;
  return {
    name,
    network,
    dim,
    createdAt,
    set,
    pictures: open.order.map((id) => open.picture(id)),
    vector: (id) => open.table.vector(id),
  };
}

/** Its vector, for what cannot do with one less. */
export function vectorOf(source: VectorSource, id: number): Float32Array {
  const vector = source.vector(id);
  if (vector === undefined)
    throw new LookFailure(
      'bad-vectors',
      `A picture of ${source.name} was deleted while it was written.`,
      'Nothing was saved. Export once more.',
    );
  return vector;
}
