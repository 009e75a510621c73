import { bold, dim } from '../../src/terminal.ts';
import type { MutationReport } from './mutate.ts';

/** Objects named for each rule; `--json` has them all. */
const NAMED = 8;

/** The report as a person reads it. */
export function reportText(report: MutationReport): string {
  return [summary(report), survivors(report), equivalents(report)].filter(Boolean).join('\n\n');
}

function summary({ score, killed, survivors, tests, seconds, leftOut }: MutationReport): string {
  const judged = killed.length + survivors.length;
  const left = leftOut > 0 ? ` ${leftOut} more have not changed and were left out.` : '';
  return `${bold(`Mutation score ${formatScore(score)} %`)}: of ${judged} rules of access, broken one at a time, a test noticed ${killed.length} (${tests} tests, ${Math.round(seconds)} s).${left}`;
}

/** Never rounded up to 100. */
export const formatScore = (score: number): string => String(Math.floor(score * 10) / 10);

function survivors({ survivors }: MutationReport): string {
  if (survivors.length === 0) return '';
  const entries = survivors.map(({ mutant, tests }) => {
    const noTest = tests === 0 ? 'No test has to do with it. ' : '';
    return `  ${bold(`${mutant.object}: ${mutant.operator}`)}\n    ${mutant.sql}\n    ${dim(`${noTest}Wanted: a test that shows that ${mutant.wouldKill}.`)}`;
  });
  return `${survivors.length} survived. No test protects:\n\n${entries.join('\n\n')}`;
}

function equivalents({ equivalents }: MutationReport): string {
  if (equivalents.length === 0) return '';
  const groups = Map.groupBy(equivalents, ({ mutant, rule }) => `${mutant.operator}: ${rule}`);
  const lines = [...groups].map(([title, members]) => {
    const named = members.slice(0, NAMED).map(({ mutant }) => mutant.object);
    const more = members.length > NAMED ? ` and ${members.length - NAMED} more` : '';
    return `  ${String(members.length).padStart(4)}  ${title}\n        ${dim(`${named.join('; ')}${more}`)}`;
  });
  return `Not scored, since nobody could tell the difference:\n${lines.join('\n')}`;
}
