import { CONTESTANTS } from '../contestants/contestants.ts';
import type { Measurement } from '../measure/measure-load.ts';
import { roundsOf } from '../measure/ratios.ts';
import { ADDED_LATENCY, USUAL_WIDTH } from '../plan.ts';
import type { Results } from '../results.ts';
import { number, ofRounds } from './format.ts';

type Panel = { title: string; note: string; figure: keyof Measurement; latency: number; digits: number };

const PANELS: Panel[] = [
  {
    title: 'Server CPU per request, µs',
    note: 'less is better',
    figure: 'cpu',
    latency: 0,
    digits: 0,
  },
  {
    title: 'Requests per second',
    note: 'more is better',
    figure: 'requestsPerSecond',
    latency: 0,
    digits: 0,
  },
  {
    title: `Median answer at ${ADDED_LATENCY} ms database latency, ms`,
    note: 'less is better',
    figure: 'p50',
    latency: ADDED_LATENCY,
    digits: 1,
  },
];

const WIDTH = 760;
const BAR = { height: 16, gap: 8, left: 320, right: 90 };
const PANEL_HEAD = 44;

/** Follows the reader's light or dark scheme. The mark at a bar's end spans the rounds. */
const STYLE = `
  svg { font: 13px system-ui, sans-serif; }
  .title { font-weight: 600; } .text { fill: #1f2328; } .quiet { fill: #59636e; }
  .bar { fill: #b6c2cf; } .own { fill: #1f6feb; } .span { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    .text { fill: #e6edf3; } .quiet { fill: #9198a1; }
    .bar { fill: #4d5866; } .own { fill: #4493f8; } .span { stroke: #e6edf3; }
  }`;

/** Draws the reading of ten posts over 16 connections as bars. */
export function toSvg(results: Results): string {
  let top = 0;
  const panels = PANELS.map((panel) => {
    const { svg, height } = drawPanel(panel, results, top);
    top += height;
    return svg;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img">
<title>Ten posts of one’s own over ${USUAL_WIDTH} connections, by contestant</title>
<style>${STYLE}
</style>
${panels.join('\n')}
</svg>
`;
}

function drawPanel(
  { title, note, figure, latency, digits }: Panel,
  { contest }: Results,
  top: number,
): { svg: string; height: number } {
  const place = { operation: 'read', connections: USUAL_WIDTH, latency } as const;
  const bars = CONTESTANTS.flatMap(({ letter, name }) => {
    const rounds = roundsOf(contest.cells, letter, place);
    return rounds ? [{ letter, name, ...ofRounds(rounds, figure) }] : [];
  });
  const longest = Math.max(...bars.map(({ max }) => max));
  const lengthOf = (value: number) => (value / longest) * (WIDTH - BAR.left - BAR.right);
  const lines = bars.map(({ letter, name, median, min, max }, index) => {
    const y = top + PANEL_HEAD + index * (BAR.height + BAR.gap);
    const middle = y + BAR.height / 2;
    const [length, from, to] = [median, min, max].map((value) => lengthOf(value).toFixed(1)) as [
      string,
      string,
      string,
    ];
    return `<text class="text" x="0" y="${y + 13}">${letter} – ${name}</text>
<rect class="${letter === 'd' ? 'own' : 'bar'}" x="${BAR.left}" y="${y}" width="${length}" height="${BAR.height}" rx="2"/>
<path class="span" d="M${BAR.left + Number(from)} ${middle}H${BAR.left + Number(to)}"/>
<text class="text" x="${BAR.left + Number(to) + 8}" y="${y + 13}">${number(median, digits)}</text>`;
  });
  return {
    svg: `<text class="text title" x="0" y="${top + 28}">${title} <tspan class="quiet" font-weight="400">– ${note}</tspan></text>
${lines.join('\n')}`,
    height: PANEL_HEAD + bars.length * (BAR.height + BAR.gap) + 12,
  };
}
