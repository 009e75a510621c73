import { describe, expect, it } from '@jest/globals';
import { importJWK, jwtVerify } from 'jose';
import supertest from 'supertest';
import { useServer } from '../helpers/server.ts';
import { ISSUE, REFRESH, tokenClient } from '../helpers/token-client.ts';

describe('bearer tokens', () => {
  const server = useServer({}, { waitsForLocks: true });

  const { issue, refresh, send, withToken } = tokenClient(server);

  it('can log in, query, refresh; cannot go on once a cookie session has deleted it', async () => {
    const { account, accessToken, refreshToken } = await issue();
    const first = await withToken(accessToken);
    expect(first.data).toMatchObject({
      currentUser: { username: account.username },
      currentSession: { kind: 'token_pair' },
    });
    expect(first.headers['set-cookie']).toBeUndefined();

    const renewed = (await refresh(refreshToken)).data.refreshTokens.tokens;
    expect((await withToken(renewed.accessToken)).data.currentSession).toEqual(first.data.currentSession);

    const browser = server.client();
    await browser.login(account.username, account.password);
    await browser.graphql(
      'mutation ($id: UUID!) { deleteSession(input: { rowId: $id }) { clientMutationId } }',
      {
        id: first.data.currentSession.rowId,
      },
    );
    expect((await withToken(renewed.accessToken)).code).toBe('UNAUTHENTICATED');
    expect((await refresh(renewed.refreshToken)).code).toBe('INVALID_TOKEN');
  });

  it('cannot be asked for with a wrong password, which counts like one at login', async () => {
    const { account } = await issue();
    for (let guess = 0; guess < 5; guess++) {
      expect((await send(ISSUE, { ...account, password: 'wrong' })).code).toBe('INVALID_CREDENTIALS');
    }
    expect((await send(ISSUE, account)).code).toBe('TOO_MANY_ATTEMPTS');
    expect((await server.client().login(account.username, account.password)).code).toBe('TOO_MANY_ATTEMPTS');
  });

  it('can be verified by others with the published keys', async () => {
    const { account, accessToken } = await issue();
    const { body, headers } = await supertest(server.httpServer).get('/.well-known/jwks.json').expect(200);
    expect(headers['cache-control']).toBe('public, max-age=300');
    expect(JSON.stringify(body)).not.toContain('"d"');
    const { payload, protectedHeader } = await jwtVerify(accessToken, await importJWK(body.keys[0], 'EdDSA'));
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt', kid: body.keys[0].kid });
    expect(payload).toMatchObject({
      sub: account.id,
      role: 'user',
      iss: server.config.rootUrl,
      aud: server.config.rootUrl,
    });
    expect(payload.exp! - payload.iat!).toBe(600);
  });

  describe('rotation', () => {
    it('can be repeated within 10 seconds, with the same successor', async () => {
      const { refreshToken } = await issue();
      const [a, b] = [await refresh(refreshToken), await refresh(refreshToken)];
      expect(b.data.refreshTokens.tokens.refreshToken).toBe(a.data.refreshTokens.tokens.refreshToken);
    });

    it('can be asked for 20 times at once, and happens once', async () => {
      const { refreshToken, account } = await issue();
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
      const successors = new Set(answers.map((answer) => answer.data.refreshTokens.tokens.refreshToken));
      expect(successors.size).toBe(1);
      const rows = await server.sql(
        `select count(*)::int as count from app_private.refresh_tokens join app_public.sessions on sessions.id = session_id where user_id = $1`,
        [account.id],
      );
      expect(rows).toEqual([{ count: 2 }]);
    });

    it('cannot be repeated later: the whole family ends, with an event and a mail', async () => {
      const { refreshToken, accessToken, account } = await issue();
      const successor = (await refresh(refreshToken)).data.refreshTokens.tokens;
      await server.sql('update app_public.user_emails set is_verified = true where user_id = $1', [
        account.id,
      ]);
      await server.sql(
        `update app_private.refresh_tokens set replaced_at = replaced_at - interval '11 seconds' where replaced_at is not null`,
      );

      expect((await refresh(refreshToken)).code).toBe('INVALID_TOKEN');
      expect((await refresh(successor.refreshToken)).code).toBe('INVALID_TOKEN');
      expect((await withToken(accessToken)).code).toBe('UNAUTHENTICATED');
      expect((await withToken(successor.accessToken)).code).toBe('UNAUTHENTICATED');
      expect(
        await server.sql(
          `select action from app_public.audit_events where user_id = $1 and action = 'refresh_token_reused'`,
          [account.id],
        ),
      ).toHaveLength(1);
      expect(
        await server.sql(
          `select id from graphile_worker._private_jobs where payload ->> 'kind' = 'refresh_token_reused' and payload ->> 'username' = $1`,
          [account.username],
        ),
      ).toHaveLength(1);
    });

    it('cannot be repeated within 10 seconds once the successor was used', async () => {
      const { refreshToken } = await issue();
      const successor = (await refresh(refreshToken)).data.refreshTokens.tokens.refreshToken;
      await refresh(successor);
      expect((await refresh(refreshToken)).code).toBe('INVALID_TOKEN');
    });

    it('cannot outlive the lifetime of a refresh token, nor the absolute limit', async () => {
      const one = await issue();
      await server.sql(`update app_private.refresh_tokens set expires_at = now() - interval '1 second'`);
      expect((await refresh(one.refreshToken)).code).toBe('INVALID_TOKEN');
      const two = await issue();
      await server.sql(
        `update app_public.sessions set expires_at = now() + interval '1 hour' where user_id = $1`,
        [two.account.id],
      );
      const answer = await send(REFRESH.replace('refreshToken }', 'refreshToken refreshTokenExpiresAt }'), {
        token: two.refreshToken,
      });
      expect(Date.parse(answer.data.refreshTokens.tokens.refreshTokenExpiresAt)).toBeLessThan(
        Date.now() + 3_601_000,
      );
    });

    it('cannot be done for a suspended account', async () => {
      const { refreshToken, account } = await issue();
      await server.sql('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
        account.id,
      ]);
      expect((await refresh(refreshToken)).code).toBe('INVALID_TOKEN');
    });

    it('leaves no plaintext in the database', async () => {
      const { refreshToken, accessToken } = await issue();
      const successor = (await refresh(refreshToken)).data.refreshTokens.tokens.refreshToken;
      const dump = JSON.stringify(
        await server.sql(`
        select query_to_xml(format('select * from %I.%I', table_schema, table_name), true, true, '')::text as content
        from information_schema.tables where table_schema in ('app_public', 'app_private', 'graphile_worker') and table_type = 'BASE TABLE'`),
      );
      for (const secret of [refreshToken, successor, accessToken]) expect(dump).not.toContain(secret);
      expect(dump).toContain('refresh');
    });
  });
});
