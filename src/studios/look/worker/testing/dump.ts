import { openDB } from 'idb';

/** A whole database as JSON: its stores, its indexes and its rows. Binary values are base64. */
export interface DatabaseDump {
  readonly version: number;
  readonly stores: readonly StoreDump[];
}

interface StoreDump {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly { name: string; keyPath: string | string[]; unique: boolean }[];
  readonly rows: readonly { key: IDBValidKey; value: unknown }[];
}

const BINARY = { Float32Array, Uint32Array, Uint8Array } as const;
type BinaryName = keyof typeof BINARY | 'ArrayBuffer';

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string): ArrayBuffer => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function encode(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return { binary: 'ArrayBuffer', base64: toBase64(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value))
    return {
      binary: value.constructor.name,
      base64: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
    };
  if (Array.isArray(value)) return value.map(encode);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, encode(v)]));
  return value;
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isRecord(value)) return value;
  if (typeof value.base64 === 'string') {
    const buffer = fromBase64(value.base64);
    const name = value.binary as BinaryName;
    return name === 'ArrayBuffer' ? buffer : new BINARY[name](buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]));
}

/** Reads a whole database. */
export async function dumpDatabase(name: string): Promise<DatabaseDump> {
  const database = await openDB(name);
  const stores: StoreDump[] = [];
  for (const storeName of database.objectStoreNames) {
    const store = database.transaction(storeName).store;
    const indexes = [...store.indexNames].map((indexName) => {
      const { keyPath, unique } = store.index(indexName);
      return { name: indexName, keyPath: keyPath, unique };
    });
    const rows: { key: IDBValidKey; value: unknown }[] = [];
    for await (const cursor of store) rows.push({ key: cursor.key, value: encode(cursor.value) });
    stores.push({
      name: storeName,
      keyPath: store.keyPath,
      autoIncrement: store.autoIncrement,
      indexes,
      rows,
    });
  }
  const { version } = database;
  database.close();
  return { version, stores };
}

/** Makes the database that a dump describes, by nothing but the dump. */
export async function loadDump(name: string, dump: DatabaseDump): Promise<void> {
  const database = await openDB(name, dump.version, {
    upgrade(fresh) {
      for (const { name: storeName, keyPath, autoIncrement, indexes, rows } of dump.stores) {
        const store = fresh.createObjectStore(storeName, { keyPath, autoIncrement });
        for (const index of indexes) store.createIndex(index.name, index.keyPath, { unique: index.unique });
        for (const { key, value } of rows)
          void (keyPath === null ? store.add(decode(value), key) : store.add(decode(value)));
      }
    },
  });
  database.close();
}

/** The rows of one store of a dump, as they were. */
export function rowsOf(dump: DatabaseDump, store: string): { key: IDBValidKey; value: unknown }[] {
  const found = dump.stores.find(({ name }) => name === store);
  return (found?.rows ?? []).map(({ key, value }) => ({ key, value: decode(value) }));
}
