import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readColumns } from '../../src/scaffold/columns.ts';
import { tableSql } from '../../src/scaffold/table-sql.ts';
import { useServer } from '../helpers/server.ts';

const read = (file: string) =>
  readFileSync(new URL(`../../src/development/snippets/${file}`, import.meta.url), 'utf8');
/** What the command on the page writes; test/e2e/new-table.test.ts runs it. */
const table = tableSql(
  'notes',
  readColumns('body:text!', () => false),
);

describe('what the home page says to do first', () => {
  // Twice, because current.sql is run at every save.
  const server = useServer({}, { sqlAsOwner: table + table });

  it('can be done: register, add the table, write a note that its owner alone reads and changes', async () => {
    const owner = server.client();
    const registered = await owner.graphql(read('register.graphql'));
    expect(registered.data.register.result.user.username).toBe('ada');
    const me = await owner.graphql(read('current-user.graphql'));
    expect(me.data.currentUser.userEmails.nodes).toMatchObject([
      { email: 'ada@example.com', isVerified: false, isPrimary: true },
    ]);

    const { data } = await owner.graphql(read('first-note.graphql'));
    const note = data.createNote.note;
    expect(note).toEqual({ rowId: expect.any(String), body: 'Only I can read this.' });

    const list = '{ notes { nodes { rowId body } } }';
    const change = `mutation { updateNote(input: { rowId: "${note.rowId}", patch: { body: "changed" } }) { note { body } } }`;
    const stranger = server.client();
    await stranger.register();
    const anonymous = server.client();

    expect((await owner.graphql(list)).data.notes.nodes).toEqual([note]);
    expect((await stranger.graphql(list)).data.notes.nodes).toEqual([]);
    expect((await stranger.graphql(change)).code).toBe('NOT_FOUND');
    expect((await anonymous.graphql(list)).code).toBe('UNAUTHENTICATED');
    expect((await anonymous.graphql(read('first-note.graphql'))).code).toBe('UNAUTHENTICATED');
    expect((await owner.graphql(change)).data.updateNote.note).toEqual({ body: 'changed' });
  });

  it('can be copied from the page as it is', async () => {
    const { text } = await server.client().request('get', '/');
    for (const file of ['register.graphql', 'current-user.graphql', 'first-table.sh', 'first-note.graphql']) {
      const escaped = read(file).trimEnd().replaceAll('"', '&quot;').replaceAll("'", '&#39;');
      expect(text).toContain(`<code>${escaped}</code>`);
    }
  });
});
