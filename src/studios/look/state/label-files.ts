import { csvCell } from '../engine/csv.ts';
import type { Listed } from './export-files.ts';
import type { Labelled } from './names.svelte.ts';

/** The pictures of one name. */
export interface LabelList {
  readonly name: string;
  readonly labelled: readonly Labelled[];
}

/**
 * Labels as CSV with a header row: a row for each picture of each name.
 *
 * @param lists the names with their pictures
 * @returns `marked` by the person, or `found` by the classifier, with its probability
 */
export function labelsCsv(lists: readonly LabelList[]): string {
  const rows = lists.flatMap(({ name, labelled }) =>
    labelled.map(({ picture, isMarked, probability }) =>
      [picture.name, name, isMarked ? 'marked' : 'found', probability ?? ''].map(csvCell).join(','),
    ),
  );
  return ['name,label,by,probability', ...rows, ''].join('\r\n');
}

/**
 * The same as pictures in folders, one for each name: what tools that learn from pictures read.
 *
 * @param lists the names with their pictures
 * @returns the pictures under the path that an archive gives them
 */
export const inFolders = (lists: readonly LabelList[]): Listed[] =>
  lists.flatMap(({ name, labelled }) =>
    labelled.map(({ picture }) => ({
      ...picture,
      // Where the file lies on the disk stays known.
      path: picture.path ?? picture.name,
      name: `${name.replace(/[/\\]/g, '_')}/${picture.name.slice(picture.name.lastIndexOf('/') + 1)}`,
    })),
  );
