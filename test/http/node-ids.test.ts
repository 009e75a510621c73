import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLFieldMap } from 'graphql';
import { inputNames } from '../../src/graphile/input-fields/input-names.ts';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const SCHEMA = `
  create domain app_public.node_key as bigint;
  create table app_public.node_pairs (left_id app_public.node_key, right_id uuid, note text not null default '',
    primary key (left_id, right_id));
  alter table app_public.node_pairs enable row level security;
  create policy all_users on app_public.node_pairs for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.node_pairs to webuser;
  create table app_public.node_parts (id int primary key, whole_id int,
    constraint node_parts_whole_id_fkey foreign key (whole_id) references app_public.node_parts on delete cascade);
  create index on app_public.node_parts (whole_id);
  comment on constraint node_parts_whole_id_fkey on app_public.node_parts is
    E'@fieldName whole\n@behavior +nodeId:insert +nodeId:update';
  alter table app_public.node_parts enable row level security;
  create policy all_users on app_public.node_parts for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.node_parts to webuser;
`;
const NOWHERE = '00000000-0000-4000-8000-000000000000';
const idOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64');
const INVALID = [{ extensions: { code: 'INVALID_INPUT', field: 'id' } }];

describe('a global id', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'info' }, { sqlAsOwner: SCHEMA, logTo: log.destination });
  let client: HttpClient;
  let account: Account;
  beforeAll(async () => {
    client = server.client();
    account = await client.register();
  });

  /** Everything that takes the place of an id, except those of the type itself. */
  const wrongIds = (): unknown[] => [
    'garbage',
    '',
    account.sessionId,
    idOf('User', account.id),
    idOf('NoSuchType', 1),
    idOf('Query'),
    idOf(null),
    Buffer.from('null').toString('base64'),
    Buffer.from('{"0":"Session"}').toString('base64'),
    Buffer.from('"Session"').toString('base64'),
    'query',
    '__proto__',
  ];

  it('cannot be anything else, in any mutation that takes one', async () => {
    const schema = await server.schema();
    const fields = Object.values(
      (schema.getMutationType()?.getFields() ?? {}) as GraphQLFieldMap<unknown, unknown>,
    );
    const byId = fields.filter((field) => /ById$/.test(field.name) && inputNames(field).has('id'));
    expect(byId.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'deleteSessionById',
        'updateUserById',
        'deleteUserEmailById',
        'updateNodePairById',
      ]),
    );
    for (const { name } of byId)
      for (const id of wrongIds()) {
        if (name === 'updateUserById' && id === idOf('User', account.id)) continue;
        const patch = name.startsWith('update') ? ', patch: {}' : '';
        const { data, errors } = await client.graphql(
          `mutation M($id: ID!) { ${name}(input: { id: $id${patch} }) { clientMutationId } }`,
          { id },
        );
        expect([name, id, errors]).toMatchObject([name, id, INVALID]);
        expect(data).toEqual({ [name]: null });
      }
    expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('cannot have other values than the key has', async () => {
    const keys = [
      ['NodePair'],
      ['NodePair', '1'],
      ['NodePair', '1', NOWHERE, 1],
      ['NodePair', 'x', NOWHERE],
      ['NodePair', '9223372036854775808', NOWHERE],
      ['NodePair', 1.5, NOWHERE],
      ['NodePair', null, NOWHERE],
      ['NodePair', '1', 'x'],
      ['NodePair', '1', {}],
      ['NodePair', '1', [NOWHERE]],
    ];
    for (const key of keys)
      for (const field of [
        'mutation M($id: ID!) { deleteNodePairById(input: { id: $id }) { clientMutationId } }',
        'mutation M($id: ID!) { updateNodePairById(input: { id: $id, patch: { note: "x" } }) { clientMutationId } }',
        'query Q($id: ID!) { nodePairById(id: $id) { note } }',
        'query Q($id: ID!) { node(id: $id) { id } }',
      ])
        expect([key, (await client.graphql(field, { id: idOf(...key) })).errors]).toMatchObject([
          key,
          INVALID,
        ]);
  });

  it('can be of a row that is not there: NOT_FOUND when it is to be changed, null when it is asked for', async () => {
    const nowhere = idOf('Session', NOWHERE);
    const remove = 'mutation M($id: ID!) { deleteSessionById(input: { id: $id }) { deletedSessionId } }';
    expect((await client.graphql(remove, { id: nowhere })).code).toBe('NOT_FOUND');
    const read = 'query Q($id: ID!) { node(id: $id) { id } sessionById(id: $id) { id } }';
    const { data, errors } = await client.graphql(read, { id: nowhere });
    expect([data, errors]).toEqual([{ node: null, sessionById: null }, undefined]);
  });

  it('can be refused without harm to the other fields', async () => {
    const { data, errors } = await client.graphql(
      'query Q($wrong: ID!, $user: ID!) { wrong: node(id: $wrong) { id } node(id: $user) { id } userById(id: $user) { username } currentUser { username } }',
      { wrong: account.sessionId, user: idOf('User', account.id) },
    );
    expect(data).toEqual({
      wrong: null,
      node: { id: idOf('User', account.id) },
      userById: { username: account.username },
      currentUser: { username: account.username },
    });
    expect(errors).toMatchObject([{ path: ['wrong'], ...INVALID[0] }]);
    const inline = await client.graphql('{ node(id: "garbage") { id } query: node(id: "query") { id } }');
    expect(inline.data).toEqual({ node: null, query: { id: 'query' } });
  });

  it('cannot be anything else where it refers to another row', async () => {
    const create = (id: string) =>
      client.graphql(
        'mutation M($id: ID!) { createNodePart(input: { nodePart: { rowId: 1, whole: $id } }) { nodePart { wholeId } } }',
        { id },
      );
    for (const id of ['garbage', idOf('User', account.id), '', Buffer.from('null').toString('base64')])
      expect([id, (await create(id)).errors]).toMatchObject([
        id,
        [{ extensions: { code: 'INVALID_INPUT', field: 'whole' } }],
      ]);
    expect((await create(idOf('NodePart', 1))).data.createNodePart.nodePart).toEqual({ wholeId: 1 });
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('can work for the row it is of', async () => {
    const create = `mutation { createNodePair(input: { nodePair: { leftId: "12", rightId: "${NOWHERE}" } }) { nodePair { id } } }`;
    const { id } = (await client.graphql(create)).data.createNodePair.nodePair;
    const update =
      'mutation M($id: ID!) { updateNodePairById(input: { id: $id, patch: { note: "x" } }) { nodePair { note } } }';
    expect((await client.graphql(update, { id })).data.updateNodePairById.nodePair).toEqual({ note: 'x' });
    const remove = 'mutation M($id: ID!) { deleteNodePairById(input: { id: $id }) { deletedNodePairId } }';
    expect((await client.graphql(remove, { id })).data.deleteNodePairById.deletedNodePairId).toBe(id);
    const end = 'mutation M($id: ID!) { deleteSessionById(input: { id: $id }) { deletedSessionId } }';
    const session = idOf('Session', account.sessionId);
    expect((await client.graphql(end, { id: session })).data.deleteSessionById.deletedSessionId).toBe(
      session,
    );
  });
});
