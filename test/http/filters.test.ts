import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

describe('a filter', () => {
  const server = useServer();

  it.each([
    '{}',
    '{ and: [{}] }',
    '{ or: [{}] }',
    '{ not: {} }',
    '{ username: {} }',
    '{ and: null }',
    '{ username: { equalTo: null } }',
  ])('cannot be %s, and that is the client’s mistake', async (filter) => {
    const client = server.client();
    await client.register();
    for (const [query, variables] of [
      [`{ users(filter: ${filter}) { totalCount } }`, {}],
      [
        'query ($filter: UserFilter) { users(filter: $filter) { totalCount } }',
        { filter: JSON.parse(filter.replace(/(\w+):/g, '"$1":')) },
      ],
    ] as const) {
      const { code, errors } = await client.graphql(query, variables);
      expect([filter, code]).toEqual([filter, code === undefined ? undefined : 'INVALID_INPUT']);
      if (code) expect(errors?.[0]?.message).toMatch(/forbidden in filter/);
    }
    expect((await client.graphql('{ users(filter: { and: [{}] }) { totalCount } }')).code).toBe(
      'INVALID_INPUT',
    );
  });
});
