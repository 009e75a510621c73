import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { codeOfSqlstate, SQLSTATE_CLASSES } from '../../src/graphile/sqlstates.ts';
import { readSqlstates } from '../helpers/read-sqlstates.ts';

describe('the SQLSTATEs of PostgreSQL', () => {
  it('have a decision for each class, and no other class has one', async () => {
    const classes = new Set((await readSqlstates()).map((sqlstate) => sqlstate.slice(0, 2)));
    expect(Object.keys(SQLSTATE_CLASSES).sort()).toEqual([...classes].sort());
    for (const [name, { reason }] of Object.entries(SQLSTATE_CLASSES))
      expect([name, reason]).toEqual([name, expect.stringMatching(/^[A-Z`].{10,}\.$/)]);
  });

  it('have exceptions only where there is such a SQLSTATE, in its own class, with another answer', async () => {
    const sqlstates = new Set(await readSqlstates());
    for (const [name, { code, except = {} }] of Object.entries(SQLSTATE_CLASSES))
      for (const [sqlstate, other] of Object.entries(except)) {
        expect([sqlstate, sqlstates.has(sqlstate)]).toEqual([sqlstate, true]);
        expect(sqlstate.slice(0, 2)).toBe(name);
        expect([sqlstate, other]).not.toEqual([sqlstate, code]);
      }
  });

  it('cannot be guessed where the list has none: the class of an extension, no SQLSTATE at all', () => {
    for (const sqlstate of ['T0001', 'YY123', '', 'constructor'])
      expect(codeOfSqlstate(sqlstate)).toBe('INTERNAL_SERVER_ERROR');
  });

  it('can be read in docs/errors.md, with the same reasons', async () => {
    const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w\w)` \| `(\w+)` \| (.+) \|$/gm)];
    expect(rows.map(([, name, code, reason]) => [name, code, reason])).toEqual(
      Object.entries(SQLSTATE_CLASSES)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, { code, reason }]) => [name, code, reason]),
    );
  });
});
