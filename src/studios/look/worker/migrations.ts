import type { Migration } from '../../../platform/storage/database.ts';

/**
 * The store of Look, version by version. Append only: a person's store may be of any version, so a step that shipped is
 * never edited, and it names what it finds without the types of the present schema.
 */
export const MIGRATIONS: readonly Migration[] = [
  // 1: collections, pictures, one row for each vector and each thumbnail.
  (database) => {
    database.createObjectStore('collections', { keyPath: 'id' });
    database.createObjectStore('pictures', { keyPath: ['collection', 'id'] });
    database.createObjectStore('vectors');
    database.createObjectStore('thumbs');
  },
];
