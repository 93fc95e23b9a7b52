import { execFileSync } from 'node:child_process';
import { row, type Row } from './row.ts';

const isMeasured = (value: unknown): value is { name: string; size: number; sizeLimit: number }[] =>
  Array.isArray(value) &&
  value.every(
    (each: unknown) => typeof each === 'object' && each !== null && 'size' in each && 'sizeLimit' in each,
  );

/** The weight of the scripts that the home page loads, as size-limit finds it in the built site. */
export function firstLoadRow(): Row {
  const said = execFileSync('npx', ['size-limit', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const measured: unknown = JSON.parse(said);
  const first = isMeasured(measured) ? measured[0] : undefined;
  if (first === undefined) throw new Error(`size-limit measured nothing: ${said}`);
  return row({
    id: 'first-load',
    what: `${first.name}, gzip`,
    value: first.size / 1000,
    unit: 'KB',
    must: { atMost: 90 },
    beside: { 'enforced at KB': first.sizeLimit / 1000 },
  });
}
