import type { Act } from '../../migrations/read-acts.ts';
import type { Rule } from '../rule.ts';

export const rlsBeforeGrant: Rule = {
  id: 'rls-before-grant',
  severity: 'warning',
  title: 'In the migrations row-level security is enabled before anything is granted or a policy written',
  why: 'A table that is granted first is open until the other statement has run; when that one fails, or is taken out, it stays open.',
  find: ({ relations }, { acts }) =>
    relations.flatMap(({ name, label }) => {
      const own = acts.filter(({ table }) => table === name);
      const enabled = own.findIndex(({ kind }) => kind === 'enable rls');
      const early = own.findIndex(({ kind }) => kind === 'grant' || kind === 'create policy');
      if (enabled === -1 || early === -1 || early > enabled) return [];
      const [act, enabling] = [own[early]!, own[enabled]!];
      return {
        object: label,
        message: `${act.file}:${act.line} ${deed(act)} before row-level security is enabled (${enabling.file}:${enabling.line}). Move that up:`,
        mend: `${enabling.text};\n${act.text};`,
        place: act,
        edits: [
          { file: enabling.file, start: enabling.start, end: enabling.next, text: '' },
          { file: act.file, start: act.start, end: act.start, text: `${enabling.text};\n` },
        ],
      };
    }),
};

function deed(act: Act): string {
  return act.kind === 'grant'
    ? `grants ${act.privileges.join(', ')} on ${act.table}`
    : `writes a policy for ${act.table}`;
}
