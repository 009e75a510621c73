import { describe, expect, it } from '@jest/globals';
import { useConsole } from '../helpers/use-console.ts';

describe('what begins with a backslash, in npm run console', () => {
  const { ask } = useConsole();

  it('can show tables, columns, policies and grants', async () => {
    const { output } = await ask('\\dt\n\\d app_public.sessions\n\\dp users\n', ['--as', 'ada']);
    expect(output).toMatch(/app_public +\| sessions +\| t +\| 3 +\| Where a user is logged in/);
    expect(output).toMatch(/user_id +\| uuid +\| not null/);
    expect(output).toMatch(/sessions_user_id_fkey +\| FOREIGN KEY/);
    expect(output).toMatch(/app_public.sessions_user_id_idx +\| index using btree/);
    expect(output).toMatch(
      /update_own +\| update +\| webuser +\| \(id = \( SELECT app_public.current_user_id/,
    );
    expect(output).toMatch(/webuser +\| update +\| username, name, avatar_url/);
  });

  it('can go on as somebody else, and end', async () => {
    const { output, code } = await ask(
      'select current_user;\n\\as ada\nselect current_user;\n\\as anonymous\nselect current_user;\n\\q\nselect 1 / 0;',
    );
    expect(output.match(/\w+(?=\n\(1 row\))/g)).toEqual(['rowgate_test_owner', 'webuser', 'anonymous']);
    expect(code).toBe(0);
  });

  it.each([
    ['\\x', 'There is no \\x.'],
    ['\\d', '\\dt          the tables'],
    ['\\d nowhere', 'There is no table nowhere'],
    ['\\as nobody', 'There is no user'],
  ])('cannot be anything: %s', async (line, message) => {
    const { code, errors } = await ask(line);
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining(message) });
  });
});
