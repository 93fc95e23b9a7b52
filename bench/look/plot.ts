import type { GrowthLine } from './growth.ts';

interface Series {
  readonly name: string;
  readonly of: (line: GrowthLine) => number;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const PANELS: readonly Panel[] = [
  {
    title: 'Build, s',
    series: [
      { name: 'stored', of: (line) => line.storeSeconds },
      { name: 'in the graph', of: (line) => line.buildSeconds },
    ],
  },
  {
    title: 'Search, ms (median)',
    series: [
      { name: 'graph', of: (line) => line.graphAloneMs },
      { name: 'exact', of: (line) => line.exactSearchMs },
      { name: 'naive scan', of: (line) => line.naiveScanMs },
    ],
  },
  {
    title: 'Memory of the tab, MB',
    series: [{ name: 'beyond the empty tab', of: (line) => line.memory / 1e6 }],
  },
  {
    title: 'Disk, MB',
    series: [
      { name: 'vectors', of: (line) => line.vectors / 1e6 },
      { name: 'graph', of: (line) => line.graph / 1e6 },
      { name: 'thumbnails', of: (line) => line.thumbnails / 1e6 },
      { name: 'in all, by the browser', of: (line) => line.disk / 1e6 },
    ],
  },
];

const COLOURS = ['#1f4d43', '#c0562f', '#4a6fa5', '#7a7a7a'];
const WIDTH = 380;
const HEIGHT = 240;
const LEFT = 56;
const TOP = 34;
const PLOT_WIDTH = WIDTH - LEFT - 18;
const PLOT_HEIGHT = HEIGHT - TOP - 36;
const LINE_HEIGHT = 15;

/** The least of 1, 2, 5 × 10^n that is not below a value. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return digit * power;
}

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${words}</text>`;

function drawPanel({ title, series }: Panel, lines: readonly GrowthLine[]): string {
  const mostX = Math.max(...lines.map(({ pictures }) => pictures));
  const mostY = roundUp(Math.max(...series.flatMap(({ of }) => lines.map(of))));
  const x = (pictures: number): number => LEFT + (pictures / mostX) * PLOT_WIDTH;
  const y = (value: number): number => TOP + PLOT_HEIGHT * (1 - value / mostY);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * mostY);
    return (
      `<path d="M${LEFT} ${at}H${LEFT + PLOT_WIDTH}" stroke="#ddd"/>` +
      text(LEFT - 6, at + 4, String(Number((share * mostY).toPrecision(3))), ' text-anchor="end"')
    );
  });
  const marks = lines.map(({ pictures }) =>
    text(x(pictures), HEIGHT - 20, `${pictures / 1000}k`, ' text-anchor="middle"'),
  );
  const curves = series.map(({ name, of }, index) => {
    const colour = COLOURS[index] ?? '#000';
    const points = lines.map((line) => `${x(line.pictures).toFixed(1)},${y(of(line)).toFixed(1)}`);
    const dots = points.map((point) => {
      const [cx = '', cy = ''] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
    });
    const label = text(LEFT + 8, TOP + 12 + index * LINE_HEIGHT, name, ` fill="${colour}"`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${label}`;
  });
  const heading = text(LEFT, 20, title, ' font-weight="600" font-size="14"');
  return [heading, ...grid, ...marks, ...curves].join('\n');
}

/** The growth table as four small plots over the number of pictures. */
export function growthPlot(lines: readonly GrowthLine[]): string {
  const panels = PANELS.map((panel, index) => {
    const [column, line] = [index % 2, Math.floor(index / 2)];
    return `<g transform="translate(${column * WIDTH} ${line * HEIGHT})">\n${drawPanel(panel, lines)}\n</g>`;
  });
  const size = `width="${2 * WIDTH}" height="${2 * HEIGHT}" viewBox="0 0 ${2 * WIDTH} ${2 * HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`;
}
