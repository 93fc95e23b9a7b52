import { csvCell } from '../engine/csv.ts';
import type { TwinPair } from '../engine/twin-pairs.ts';
import type { ExactCopy } from './protocol.ts';
import type { TwinMember } from './twins-protocol.ts';

/** What is written into the list. */
export interface TwinsList {
  readonly threshold: number;
  /** Best first in each. */
  readonly groups: readonly (readonly TwinMember[])[];
  /** The pairs that the groups are made of. */
  readonly pairs: readonly TwinPair[];
  readonly copies: readonly (ExactCopy & { readonly of: string })[];
}

const HEAD = 'group,kind,keep,name,width,height,bytes,sharpness';

/** The list as CSV with a header row: a line for each picture of each group, then one for each exact copy. */
export function twinsCsv({ groups, copies }: TwinsList): string {
  const near = groups.flatMap((members, at) =>
    members.map(({ name, width, height, bytes, sharpness }, place) =>
      [at + 1, 'near', place === 0 ? 'yes' : 'no', name, width, height, bytes, sharpness.toPrecision(6)]
        .map(csvCell)
        .join(','),
    ),
  );
  const groupOf = new Map(groups.flatMap((members, at) => members.map(({ id }) => [id, at + 1] as const)));
  const exact = copies.map(({ name, id, of }) =>
    [groupOf.get(id) ?? '', `same bytes as ${of}`, 'no', name, '', '', '', ''].map(csvCell).join(','),
  );
  return [HEAD, ...near, ...exact, ''].join('\r\n');
}

/** The list as JSON, with the pairs and their figures too. */
export function twinsJson({ threshold, groups, pairs, copies }: TwinsList): string {
  const names = new Map(groups.flatMap((members) => members.map(({ id, name }) => [id, name] as const)));
  const list = {
    threshold,
    groups: groups.map((members) =>
      members.map(({ name, hash, width, height, bytes, sharpness }, place) => ({
        name,
        keep: place === 0,
        width,
        height,
        bytes,
        sharpness,
        sha256: hash,
      })),
    ),
    pairs: pairs.map(({ a, b, likeness, cosine, differing }) => ({
      a: names.get(a) ?? '',
      b: names.get(b) ?? '',
      likeness,
      cosine,
      differingBits: differing,
    })),
    exactCopies: copies.map(({ name, of }) => ({ name, sameBytesAs: of })),
  };
  return `${JSON.stringify(list, null, 1)}\n`;
}
