import type { NewColumn } from './columns.ts';
import { LONGEST_TEXT } from './table-sql.ts';

/** The test of such a table: its owner, another user, anonymous and an administrator, each with what they can and cannot do. */
export function tableTest(name: string, columns: NewColumn[]): string {
  const table = `app_public.${name}`;
  const names = columns.map((column) => column.name).join(', ');
  const values = columns.map((column) => column.example).join(', ');
  const texts = columns.filter(({ type }) => type === 'text');
  const quoted = columns.map((column) => `'${column.name}'`).join(', ');
  return `import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, ${texts.length > 0 ? 'expectViolation, ' : ''}type User, useDatabase } from '../helpers/actors.ts';
import { columnsOf } from '../helpers/columns-of.ts';

/** What a user may write; the rest is the database's to say. */
const WRITABLE = [${quoted}];

describe('${table}', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  let id: string;
  beforeEach(async () => {
    ada = await db.createUser();
    bob = await db.createUser();
    administrator = await db.createAdministrator();
    ({ id } = await db.insertRow('${table}', { user_id: ada.id }));
  });
  const others = () => [bob, administrator];

  describe('select', () => {
    it('can show one’s own rows, and no other', async () => {
      await db.insertRow('${table}', { user_id: bob.id });
      const { rows } = await ada.query('select id from ${table}');
      expect(rows).toEqual([{ id }]);
    });

    it('cannot show a row to another user, nor to an administrator', async () => {
      for (const actor of others()) await expectInvisible(actor.query('select from ${table}'));
    });

    it('cannot show anything to anonymous', async () => {
      await expectDenied(db.anonymous.query('select from ${table}'));
    });

    it('cannot show a row to anonymous, even where a grant would let it', async () => {
      await db.owner.query('grant select on ${table} to anonymous');
      await expectInvisible(db.anonymous.query('select from ${table}'));
    });
  });

  describe('insert', () => {
    const INSERT = \`insert into ${table} (${names}) values (${values})\`;

    it('can add a row, which is one’s own', async () => {
      expect(await bob.value(\`\${INSERT} returning user_id\`)).toBe(bob.id);
    });

    it('cannot give any other column', async () => {
      for (const column of await columnsOf('${table}', db.owner))
        if (!WRITABLE.includes(column))
          for (const actor of [ada, administrator])
            await expectDenied(actor.query(\`insert into ${table} (\${column}) values (default)\`));
    });

    it('cannot add a row for another user, even where a grant would let it', async () => {
      await db.owner.query('grant insert on ${table} to webuser');
      for (const actor of others())
        await expectDenied(
          actor.query(\`insert into ${table} (user_id, ${names}) values ($1, ${values})\`, [ada.id]),
        );
    });

    it('cannot add a row as anonymous', async () => {
      await expectDenied(db.anonymous.query(INSERT));
    });
  });

  describe('update', () => {
    it.each(WRITABLE)('can change %s of one’s own', async (column) => {
      const { rowCount } = await ada.query(\`update ${table} set \${column} = \${column} where id = $1\`, [id]);
      expect(rowCount).toBe(1);
    });

    it('cannot set any other column, not even of one’s own', async () => {
      for (const column of await columnsOf('${table}', db.owner))
        if (!WRITABLE.includes(column))
          await expectDenied(ada.query(\`update ${table} set \${column} = \${column} where id = $1\`, [id]));
    });

    it('cannot change the row of another user, whatever the condition', async () => {
      for (const actor of others())
        for (const column of WRITABLE)
          await expectInvisible(actor.query(\`update ${table} set \${column} = \${column}\`));
    });

    it('cannot give a row to another user, even where a grant would let it', async () => {
      await db.owner.query('grant update on ${table} to webuser');
      await expectDenied(ada.query('update ${table} set user_id = $1', [bob.id]));
      await expectInvisible(bob.query('update ${table} set user_id = $1', [bob.id]));
    });

    it('cannot change anything as anonymous', async () => {
      for (const column of WRITABLE)
        await expectDenied(db.anonymous.query(\`update ${table} set \${column} = \${column}\`));
    });
  });

  describe('delete', () => {
    it('can delete one’s own row', async () => {
      const { rowCount } = await ada.query('delete from ${table} where id = $1', [id]);
      expect(rowCount).toBe(1);
    });

    it('cannot delete the row of another user, whatever the condition', async () => {
      for (const actor of others()) await expectInvisible(actor.query('delete from ${table}'));
    });

    it('cannot delete anything as anonymous', async () => {
      await expectDenied(db.anonymous.query('delete from ${table}'));
    });

    it('can end with its user', async () => {
      await db.owner.query('delete from app_public.users where id = $1', [ada.id]);
      await expectInvisible(db.owner.query('select from ${table} where id = $1', [id]));
    });
  });
${texts.map((column) => lengthTest(name, column)).join('')}});
`;
}

const lengthTest = (table: string, { name, isRequired }: NewColumn) => `
  it('cannot take a ${name.replaceAll('_', ' ')} that is ${isRequired ? 'empty or ' : ''}longer than ${LONGEST_TEXT} characters', async () => {
    const write = (text: string) => ada.query('update app_public.${table} set ${name} = $1', [text]);
    await write('x'.repeat(${LONGEST_TEXT}));
    for (const text of [${isRequired ? `'', ` : ''}'x'.repeat(${LONGEST_TEXT + 1})])
      await expectViolation(write(text), '${table}_${name}_check');
  });
`;
