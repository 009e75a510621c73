import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

const BAD_FUNCTION = `
create function app_public.rowgate_test_take_role_for_ever() returns text language sql volatile
as $$ select set_config('role', 'webadmin', false) $$;
grant execute on function app_public.rowgate_test_take_role_for_ever() to anonymous;`;

describe('a connection on which a function has set a role for longer than its transaction', () => {
  const server = useServer({}, { sqlAsOwner: BAD_FUNCTION });
  const ask = async (query: string) => server.client().graphql(query);

  it('cannot lend that role to the next request, and is given up', async () => {
    expect(
      (await ask('mutation { rowgateTestTakeRoleForEver(input: {}) { result } }')).errors,
    ).toBeUndefined();
    // One after the other, requests have the same connection.
    const refused = await ask('{ users { totalCount } }');
    expect(refused.data?.users ?? null).toBeNull();
    expect((await ask('{ users { totalCount } }')).errors).toBeUndefined();
  });
});
