import { describe, expect, test } from '@jest/globals';
import { readCatalogue } from '../../policies/catalogue/read-catalogue.ts';
import { usableRight } from '../../policies/catalogue/rights.ts';
import type { Catalogue, Relation } from '../../policies/catalogue/types.ts';
import { renderMatrix } from '../../policies/matrix/render-matrix.ts';
import { readFixture, useTransaction } from './use-transaction.ts';

const session = useTransaction();

/** What a role may do according to PostgreSQL itself: it refuses to plan what is not granted. */
async function isAllowed(role: string, statement: string): Promise<boolean> {
  const { client } = session;
  try {
    await client.query(`savepoint attempt; set local role ${role}; explain ${statement}`);
    return true;
  } catch (error) {
    return (error as { code: string }).code !== '42501';
  } finally {
    await client.query('rollback to savepoint attempt');
  }
}

function attempts(relation: Relation) {
  const { name } = relation;
  const ofColumns = relation.columns.flatMap((column) => [
    { command: 'select' as const, column: column.name, sql: `select "${column.name}" from ${name}` },
    {
      command: 'insert' as const,
      column: column.name,
      sql: `insert into ${name} ("${column.name}") values (default)`,
    },
    { command: 'update' as const, column: column.name, sql: `update ${name} set "${column.name}" = default` },
  ]);
  return [...ofColumns, { command: 'delete' as const, column: null, sql: `delete from ${name}` }];
}

async function compareWithPostgres(catalogue: Catalogue): Promise<{ differences: string[]; count: number }> {
  const differences: string[] = [];
  let count = 0;
  for (const relation of catalogue.relations.filter(({ kind }) => kind === 'table')) {
    for (const role of catalogue.webRoles) {
      for (const { command, column, sql } of attempts(relation)) {
        const right = usableRight(catalogue, relation, role, command);
        const isSaid =
          right !== undefined &&
          (right.columns === 'all' || column === null || right.columns.includes(column));
        if ((await isAllowed(role, sql)) !== isSaid) differences.push(`${role}: ${sql}`);
        count++;
      }
    }
  }
  return { differences, count };
}

test('can say of each role, table, column and command what PostgreSQL itself says', async () => {
  const catalogue = await readCatalogue(session.client, { schemas: ['app_public', 'app_private'] });
  const { differences, count } = await compareWithPostgres(catalogue);
  expect(differences).toEqual([]);
  expect(count).toBeGreaterThan(500);
});

describe('a schema of somebody else', () => {
  test('can be shown, with what comes through membership', async () => {
    await session.client.query(readFixture('saas.sql'));
    const catalogue = await readCatalogue(session.client, { schemas: ['saas'] });
    const matrix = renderMatrix(catalogue, { schemas: ['saas'], roles: undefined });
    const squeezed = matrix.replace(/ +/g, ' ');
    expect(squeezed).toContain('| saas_manager | has the rights of saas_member |');
    expect(squeezed).toContain('| saas_service | **bypasses row-level security**; logs in |');
    expect(squeezed).toContain(
      '| saas_guest | `id`, `title`, `body`<br>rows: `Public documents` | – | – | – | – | – | – |',
    );
    expect(squeezed).toContain(
      '| saas_manager | all columns<br>rows: `Members work on documents` | all columns<br>rows: `Members work on documents` and `Only paying organizations publish` |',
    );
    expect(squeezed).toContain('A view; reads its tables **as its owner**.');
    expect(squeezed).toContain('| `is_member(org bigint)` | yes | yes | yes | yes | its owner |');
    expect((await compareWithPostgres(catalogue)).differences).toEqual([]);
  });
});
