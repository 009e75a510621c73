import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

/** A function that quotes its argument in an error, as a careless one would. */
const BOOM = `
  create function app_public.rowgate_test_boom(password text) returns integer language plpgsql stable as
    $$ begin raise exception 'given %', password; end $$;
  grant execute on function app_public.rowgate_test_boom(text) to anonymous, webuser;
`;

describe('the log', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'trace' }, { sqlAsOwner: BOOM, logTo: log.destination });

  it('cannot hold a password, a cookie or a token, whatever went well or wrong', async () => {
    const client = server.client();
    const canaries = new Set<string>();
    const note = () => {
      for (const value of [client.csrfToken ?? '', ...client.cookies.values()]) {
        for (const text of [
          value,
          decodeURIComponent(value),
          decodeURIComponent(value).replace(/^s:|\..*$/g, ''),
        ])
          if (text.length > 8) canaries.add(text);
      }
    };
    const password = (name: string) => {
      canaries.add(`canary-${name}`);
      return `canary-${name}`;
    };
    const run = async (document: string, variables?: Record<string, unknown>) => {
      await client.graphql(document, variables);
      note();
    };
    const register =
      'mutation Register($input: RegisterInput!) { register(input: $input) { result { rowId user { rowId } } } }';
    const person = { username: 'canary', email: 'canary@example.com' };

    await client.fetchCsrfToken();
    note();
    await run(register, { input: { ...person, password: `${password('nul')}\u0000` } });
    await run(register, { input: { username: 'canary', password: password('incomplete') } });
    await run(register, { input: { ...person, email: 'none', password: password('refused') } });
    await run(register, { input: { ...person, password: password('first') } });
    await run('{ currentUser { username } }');
    await run(
      `mutation { login(input: { username: "canary", password: "${password('inline')}" }) { result { rowId } } }`,
    );
    await run(`mutation { login(input: { username: "canary", password: "${password('unparsed')}" `);
    await run(
      `mutation { login(input: { username: "canary", password: "${password('unknown')}", no: 1 }) { nothing } }`,
    );
    await run(`{ rowgateTestBoom(password: "${password('boom')}") }`);
    await run('query Boom($password: String!) { rowgateTestBoom(password: $password) }', {
      password: password('variable'),
    });
    await run(
      'mutation Confirm($password: String!) { reauthenticate(input: { password: $password }) { result } }',
      { password: password('confirm') },
    );
    await run('mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { result } }', {
      input: { oldPassword: password('first'), newPassword: password('second') },
    });
    for (let guess = 0; guess < 6; guess++) await client.login('canary', password(`guess-${guess}`));
    await client
      .request('post', '/graphql?password=canary-query')
      .set('x-csrf-token', 'canary-token')
      .send('{ "password": "canary-body');
    await client.request('get', '/nothing/?token=canary-path').set('authorization', 'Basic canary-basic');
    for (const text of ['canary-query', 'canary-token', 'canary-body', 'canary-path', 'canary-basic'])
      canaries.add(text);
    client.cookies.set('rowgate', password('cookie'));
    await run('{ currentUser { username } }');
    await client.login('canary', password('second'));
    note();
    await client.logout();
    note();

    expect(canaries.size).toBeGreaterThan(25);
    expect(log.entries('request').length).toBeGreaterThan(20);
    expect(log.entries('unexpected error')).toHaveLength(2);
    const everything = [...log.lines, ...log.printed].join('\n');
    expect([...canaries].filter((canary) => everything.includes(canary))).toEqual([]);
    expect(everything).not.toMatch(/canary-|set-cookie|x-csrf-token/i);
  });
});
