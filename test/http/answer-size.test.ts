import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

const DOCUMENTS = `
  create table app_public.papers (
    id integer primary key,
    parent_id integer references app_public.papers on delete cascade,
    body text not null
  );
  create index on app_public.papers (parent_id);
  alter table app_public.papers enable row level security;
  create policy select_all on app_public.papers for select to anonymous using (true);
  grant select on app_public.papers to anonymous;
  insert into app_public.papers values (0, null, 'short');
  insert into app_public.papers select n, 0, repeat('x', 20000) from generate_series(1, 99) n;`;

const MESSAGE = 'The answer is larger than 1000 kB. Ask for fewer rows or fields at a time.';

describe('an answer', () => {
  const server = useServer({ QUERY_LIMITS: 'kilobytes=1000' }, { sqlAsOwner: DOCUMENTS });
  const client = () => server.client();
  beforeAll(async () => {
    expect((await client().currentUser()).errors).toBeUndefined();
  });

  it('can be as large as it may be', async () => {
    const { data, errors } = await client().graphql('{ papers(first: 45) { nodes { body } } }');
    expect(errors).toBeUndefined();
    expect(data.papers.nodes).toHaveLength(45);
  });

  it.each([
    ['by many rows', '{ papers(first: 100) { nodes { body } } }'],
    ['in one row of the database', '{ paper(rowId: 0) { childPapers(first: 100) { nodes { body } } } }'],
    [
      'by several fields together',
      '{ a: papers(first: 30) { nodes { body } } b: papers(first: 31) { nodes { body } } }',
    ],
    [
      'by aliases, although the database sends it once',
      `{ papers(first: 3, orderBy: PRIMARY_KEY_DESC) { nodes { ${Array.from({ length: 30 }, (_, i) => `b${i}: body`)} } } }`,
    ],
  ])('cannot be larger %s', async (_, query) => {
    const { data, code, errors, status } = await client().graphql(query);
    expect([status, code, errors?.[0]?.message]).toEqual([200, 'QUERY_TOO_COMPLEX', MESSAGE]);
    expect(JSON.stringify(data).length).toBeLessThan(1_000_000);
    // And its connection has harmed no other request.
    for (let i = 0; i < 12; i++) expect((await client().currentUser()).data).toEqual({ currentUser: null });
  });
});
