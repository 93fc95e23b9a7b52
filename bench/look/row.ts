/** One line of the table: what was measured, and what it must be. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly must: { readonly atLeast: number } | { readonly atMost: number };
  readonly pass: boolean;
  /** The figures that the value was made of. */
  readonly beside: Readonly<Record<string, number | string>>;
}

export function row(line: Omit<Row, 'pass'>): Row {
  const { value, must } = line;
  const pass = Number.isFinite(value) && ('atLeast' in must ? value >= must.atLeast : value <= must.atMost);
  return { ...line, pass };
}

const plain = (value: number): string => {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
};

const bound = ({ must, unit }: Row): string =>
  `${'atLeast' in must ? `≥ ${must.atLeast}` : `≤ ${must.atMost}`} ${unit}`.trim();

export interface Shown {
  readonly verdict: 'pass' | 'FAIL';
  readonly what: string;
  readonly value: string;
  readonly bound: string;
  readonly beside: string;
}

/** A row in words, for the terminal and the report. */
export function shown(line: Row): Shown {
  const beside = Object.entries(line.beside).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? plain(value) : value}`,
  );
  return {
    verdict: line.pass ? 'pass' : 'FAIL',
    what: line.what,
    value: `${plain(line.value)} ${line.unit}`.trim(),
    bound: bound(line),
    beside: beside.join(', '),
  };
}

/** The rows as a table in Markdown. */
export function tableOfRows(rows: readonly Row[]): string {
  const lines = rows
    .map(shown)
    .map((each) => `| ${[each.verdict, each.what, each.value, each.bound, each.beside].join(' | ')} |`);
  return `|  | what | measured | must be | beside it |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** Prints rows as they are measured. */
export function sayRows(rows: readonly Row[]): void {
  for (const { verdict, what, value, bound: within, beside } of rows.map(shown))
    console.log(`${verdict} ${what}: ${value} (${within})${beside === '' ? '' : `\n     ${beside}`}`);
}
