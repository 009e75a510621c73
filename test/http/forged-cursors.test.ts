import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Given, makePager, PAGED_TABLES } from '../helpers/paged-tables.ts';
import { useServer } from '../helpers/server.ts';

describe('cursors that do not belong', () => {
  const server = useServer({}, { sqlAsOwner: PAGED_TABLES });
  let pager: ReturnType<typeof makePager>;
  beforeAll(() => {
    pager = makePager(server.client());
  });

  const decode = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64').toString()) as unknown[];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

  async function expectRefusal(list: string, by: string, cursor: unknown, id?: string) {
    for (const field of ['after', 'before'] as const) {
      const size = field === 'after' ? { first: 2 } : { last: 2 };
      const { errors } = await pager.page(list, by, { ...size, [field]: cursor } as Given, id);
      const [error] = errors ?? [];
      expect([cursor, error?.extensions]).toEqual([cursor, { code: 'INVALID_INPUT', field }]);
      expect(error?.message).toMatch(
        new RegExp(`^\`${field}\` is not a cursor of this list in this order\\.`),
      );
    }
  }

  it('cannot be used: of another order, direction, list or key', async () => {
    const { endCursor } = (await pager.page('chores', 'ASSIGNEE_ASC', { first: 2 })).pageInfo;
    for (const by of [
      'ASSIGNEE_DESC',
      'ROW_ID_ASC',
      'IS_DONE_ASC',
      'ASSIGNEE_ASC, IS_DONE_ASC',
      'ESTIMATE_ASC',
      '',
    ])
      await expectRefusal('chores', by, endCursor);
    await expectRefusal('books', 'RATING_ASC', endCursor);
    await expectRefusal('bestBooks', '', endCursor);
    await expectRefusal('readings', '', endCursor, 'value');
    const numbered = (await pager.page('bestBooks', '', { first: 2 })).pageInfo.endCursor;
    await expectRefusal('readings', '', numbered, 'value');
    await expectRefusal('chores', 'ASSIGNEE_ASC', numbered);
  });

  it('cannot be used: changed or made up', async () => {
    const { endCursor } = (await pager.page('chores', 'ASSIGNEE_ASC', { first: 2 })).pageInfo;
    const parts = decode(endCursor);
    expect(parts).toEqual([expect.any(String), '4', '4']);
    const [signature] = parts;
    const made: unknown[] = [
      [signature, '5', '4'],
      [signature, null, '4'],
      [signature, 'abc', '4'],
      [signature, 4, '4'],
      [signature, '4'],
      [signature, '4', '4', '4'],
      [signature],
      [],
      [null, '4', '4'],
      ['', '4', '4'],
      [`${signature}A`, '4', '4'],
      ['natural', 1],
      ['natural', -1],
      ['natural', 1e300],
      [signature, { a: 1 }, []],
      null,
      1,
      'text',
      {},
    ];
    for (const value of made) await expectRefusal('chores', 'ASSIGNEE_ASC', encode(value));
    for (const text of [
      '',
      'x',
      '🐘',
      '%%%',
      endCursor.slice(0, -4),
      `${endCursor.slice(0, 9)}x${endCursor.slice(10)}`,
    ])
      await expectRefusal('chores', 'ASSIGNEE_ASC', text);

    const numbered = (await pager.page('bestBooks', '', { first: 2 })).pageInfo.endCursor;
    const [number] = decode(numbered);
    for (const value of [3, -1, 1.5, 1e300, '2', null, [2]])
      await expectRefusal('bestBooks', '', encode([number, value]));
  });
});
