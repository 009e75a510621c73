import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const SCHEMA = `
  create function app_public.typo() returns int language plpgsql stable as $$
  declare n int;
  begin
    select count(*) into n from app_public.users where usrname = 'x';
    return n;
  end $$;
  create function app_public.outer_typo() returns int language plpgsql stable as
    'begin return app_public.typo(); end';
  create function app_public.leak(password text, pin int) returns int language plpgsql volatile as $$
  begin
    raise exception 'given % and % and %', password, to_json(password), pin
      using detail = 'detail ' || password, hint = 'hint ' || password;
  end $$;
  create function app_public.leak_dynamic(password text) returns int language plpgsql volatile as $$
  begin
    execute format('select no_such_function(%L)', password);
  end $$;
  create function app_public.leak_part(password text) returns int language plpgsql volatile as $$
  begin
    raise exception 'given % and % and %', left(password, 12), upper(password), quote_ident(password);
  end $$;
  create function app_public.leak_as_name(password text) returns int language plpgsql volatile as $$
  begin
    execute format('select %I()', password);
  end $$;
  create function app_public.half(value int) returns int language sql stable as 'select 10 / value';
  create function app_public.own_message(hint text) returns int language plpgsql stable as
    $$ begin raise exception 'Too small.' using errcode = 'RG000', hint = own_message.hint; end $$;
  create function app_public.endless() returns int language sql stable as 'select app_public.endless()';
  create function app_public.for_administrators() returns integer language sql stable as 'select 1';
  grant execute on function app_public.typo, app_public.outer_typo, app_public.leak, app_public.half,
    app_public.own_message, app_public.leak_dynamic, app_public.leak_part, app_public.leak_as_name, app_public.endless to anonymous, webuser;
  grant execute on function app_public.for_administrators() to webadmin;

  create table app_public.error_crews (ship_id int, user_id uuid, primary key (ship_id, user_id));
  alter table app_public.error_crews enable row level security;
  create policy select_own_ships on app_public.error_crews for select to webuser
    using (exists (select from app_public.error_crews mine where mine.ship_id = error_crews.ship_id));
  grant select on app_public.error_crews to webuser;
  create table app_public.error_secrets (id int primary key, secret text, size int check (size > 0));
  alter table app_public.error_secrets enable row level security;
  create policy insert_none on app_public.error_secrets for insert to webuser with check (size < 100);
  create policy select_all on app_public.error_secrets for select to webuser using (true);
  grant select, insert on app_public.error_secrets to webuser;
`;
const PASSWORD = 'canary "quoted" \'phrase\'';
/** Lines that look like those of a stack. */
const STACK = 'canary\n    at canary (x.ts:1:1)\n    at canary\n';
const LEAK = 'mutation M($p: String!) { leak(input: { password: $p, pin: 12345678 }) { result } }';

describe('in development, an error of PostgreSQL', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'trace' }, { sqlAsOwner: SCHEMA, logTo: log.destination });
  let client: HttpClient;
  beforeEach(async () => {
    client = server.client();
    await client.register();
    log.lines.length = 0;
  });
  const detailsOf = async (document: string, variables = {}) => {
    const { errors } = await client.graphql(document, variables);
    return errors?.[0]?.extensions as unknown as Record<string, unknown> & {
      development: Record<string, string>;
    };
  };

  it('can be read by the author of a function: what, in which function, at which line, and PostgreSQL’s hint', async () => {
    const { code, development } = await detailsOf('{ typo }');
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(development).toEqual({
      message: 'column "usrname" does not exist',
      sqlstate: '42703',
      hint: 'Perhaps you meant to reference the column "users.username".',
      where: 'PL/pgSQL function app_public.typo() line 4 at SQL statement',
    });
    expect(log.entries('unexpected error')).toMatchObject([{ sqlstate: '42703', development }]);
    expect((await detailsOf('{ outerTypo }')).development.where).toMatch(
      / app_public\.typo\(\) line 4 .*\nPL\/pgSQL function app_public\.outer_typo\(\) line 1 at RETURN$/s,
    );
  });

  it.each([
    ['a policy that reads its own table', '{ errorCrews { nodes { shipId } } }', '42P17', /security definer/],
    ['a function that calls itself', '{ endless }', '54001', /without end/],
    ['a hint that is no code', '{ ownMessage(hint: "NO_SUCH_CODE") }', 'RG000', /docs\/errors\.md/],
  ])('can say what to do about %s', async (_, document, sqlstate, advice) => {
    const { code, development } = await detailsOf(document);
    expect([code, development.sqlstate]).toEqual(['INTERNAL_SERVER_ERROR', sqlstate]);
    expect(development.advice).toMatch(advice);
    expect(log.entries('unexpected error')).toMatchObject([{ development: { advice: development.advice } }]);
  });

  it('can be read where the client is to blame, too, and where a grant is missing', async () => {
    const half = await detailsOf('{ half(value: 0) }');
    expect(half).toMatchObject({
      code: 'INVALID_INPUT',
      development: { message: 'division by zero', sqlstate: '22012' },
    });
    const create = (size: number) =>
      detailsOf(
        `mutation { createErrorSecret(input: { errorSecret: { rowId: 1, size: ${size} } }) { clientMutationId } }`,
      );
    expect(await create(100)).toMatchObject({
      code: 'FORBIDDEN',
      development: {
        message: 'new row violates row-level security policy for table "error_secrets"',
        advice: expect.stringContaining('policies -- explain'),
      },
    });
    expect(await create(-1)).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'size',
      development: { message: expect.stringContaining('error_secrets_size_check') },
    });
    client = server.client();
    expect(await detailsOf('{ forAdministrators }')).toMatchObject({
      code: 'UNAUTHENTICATED',
      development: { message: 'permission denied for function for_administrators' },
    });
  });

  it('cannot put a value into the log that the client has sent, nor any detail', async () => {
    const { development } = await detailsOf(LEAK, { p: PASSWORD });
    expect(development.message).toContain(PASSWORD);
    expect(development.detail).toContain(PASSWORD);
    const [entry] = log.entries('unexpected error');
    expect(entry).toMatchObject({
      development: { message: 'given … and "…" and …', hint: 'hint …', sqlstate: 'P0001' },
    });
    expect(entry).not.toHaveProperty('development.detail');

    await detailsOf('mutation { leakDynamic(input: { password: "canary of the document" }) { result } }');
    await detailsOf('mutation M($i: LeakInput!) { leak(input: $i) { result } }', {
      i: { password: PASSWORD, pin: 87654321 },
    });
    // As SQL writes them: with doubled quotes, with doubled backslashes.
    for (const p of [PASSWORD, "canary \\ 'x'"])
      await detailsOf('mutation M($p: String!) { leakDynamic(input: { password: $p }) { result } }', { p });
    expect(log.entries('unexpected error')).toHaveLength(5);
    expect(log.lines.join('')).not.toMatch(/canary|12345678|87654321/);
    expect(log.printed).toEqual([]);
  });

  it.each(['leakPart', 'leakAsName'])(
    'cannot put a part of a value into the log either: %s',
    async (name) => {
      const long = 'canary-with-more-characters-than-a-name-in-PostgreSQL-has-which-is-63-bytes';
      for (const p of [long, STACK, `${PASSWORD}${long}`])
        await detailsOf(`mutation M($p: String!) { ${name}(input: { password: $p }) { result } }`, { p });
      expect(log.entries('unexpected error')).toHaveLength(3);
      expect(log.lines.join('')).not.toMatch(/canary|characters|which-is/i);
      expect(log.printed).toEqual([]);
    },
  );

  it('is not explained where its text was written for the client', async () => {
    expect(await detailsOf('{ ownMessage(hint: "INVALID_INPUT") }')).toEqual({ code: 'INVALID_INPUT' });
  });
});

describe('in production, an error of PostgreSQL', () => {
  const log = useLog();
  const environment = { ...PRODUCTION, LOG_LEVEL: 'trace' };
  const server = useServer(environment, { sqlAsOwner: SCHEMA, logTo: log.destination });

  it('says nothing to its client, and to the log only its SQLSTATE', async () => {
    const client = server.client(HTTPS);
    await client.register();
    for (const [document, variables] of [
      ['{ typo }'],
      ['{ endless }'],
      ['{ errorCrews { nodes { shipId } } }'],
      ['{ half(value: 0) }'],
      ['{ ownMessage(hint: "NO_SUCH_CODE") }'],
      ['{ forAdministrators }'],
      [LEAK, { p: PASSWORD }],
      [LEAK, { p: STACK }],
      ['mutation { createErrorSecret(input: { errorSecret: { rowId: 1, size: -1 } }) { clientMutationId } }'],
    ] as [string, object?][]) {
      const { errors, response } = await client.graphql(document, variables as Record<string, unknown>);
      expect(errors).toHaveLength(1);
      expect(response.text).not.toMatch(
        /development|sqlstate|canary|usrname|42703|P0001|line \d+ at|constraint|advice/,
      );
    }
    expect(log.entries('unexpected error').length).toBeGreaterThan(3);
    expect(log.lines.join('')).not.toMatch(/development|canary|usrname|line \d+ at|advice|12345678/);
  });
});
