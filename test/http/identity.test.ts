import { beforeAll, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { withAsciiDomain } from '../../src/identity.ts';
import type { Account, HttpClient } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { useServer } from '../helpers/server.ts';
import { ISSUE, tokenClient } from '../helpers/token-client.ts';
import { until } from '../helpers/until.ts';
import { useWorker } from '../helpers/worker.ts';

describe('an address', () => {
  const server = useServer();
  const worker = useWorker(() => server.database);
  const password = 'a password of its own';
  const register = (client: HttpClient, username: string, email: string) =>
    mutate(client, 'register', { username, email, password }, 'result { rowId }');
  const verify = (email: string) =>
    server.sql('update app_public.user_emails set is_verified = true where email = $1 returning id', [email]);
  const mailTo = (to: string, subject: string) =>
    // The mail server of the tests shows domains in Unicode.
    worker.mail.next((mail) => withAsciiDomain(mail.to) === to && mail.subject === subject);
  const addresses = async (client: HttpClient) =>
    (await client.graphql('{ userEmails { nodes { email isVerified isPrimary createdAt updatedAt } } }')).data
      .userEmails.nodes;

  describe('of another alphabet', () => {
    const typed = 'Zoe@Bücher.example';
    const stored = 'Zoe@xn--bcher-kva.example';
    const client = () => server.client();
    let zoe: HttpClient;
    beforeAll(async () => {
      zoe = client();
      expect((await register(zoe, 'zoe', typed)).errors).toBeUndefined();
      expect(await verify(stored)).toHaveLength(1);
    });

    it('has its domain in ASCII wherever it enters', async () => {
      expect(await addresses(zoe)).toMatchObject([{ email: stored }]);
      expect((await client().login(typed, password)).errors).toBeUndefined();
      expect((await client().login('zoe@BÜCHER.example', password)).errors).toBeUndefined();
      expect((await client().login(stored, password)).errors).toBeUndefined();
      const { data } = await tokenClient(server).send(ISSUE, { username: typed, password });
      expect(data.issueTokens.tokens.accessToken).toEqual(expect.any(String));

      await mutate(client(), 'forgotPassword', { email: typed });
      expect(tokenIn(await mailTo(stored, 'Choose a new password'))).toMatch(/^[\w-]{43}$/);

      await mutate(
        zoe,
        'createUserEmail',
        { userEmail: { email: 'zoë@münchen.example' } },
        'clientMutationId',
      );
      const found = await zoe.graphql(
        `{ userEmails(condition: { email: "zoë@münchen.example" }) { totalCount }
           filtered: userEmails(filter: { email: { equalTo: "zoë@münchen.example" } }) { totalCount }
           all: userEmails { nodes { email userId } } }`,
      );
      expect(found.data).toMatchObject({ userEmails: { totalCount: 1 }, filtered: { totalCount: 1 } });
      const { userId } = found.data.all.nodes[0];
      const one = await zoe.graphql(
        'query ($e: String!, $u: UUID!) { userEmailByUserIdAndEmail(email: $e, userId: $u) { email } }',
        { e: 'zoë@münchen.example', u: userId },
      );
      expect(one.data.userEmailByUserIdAndEmail).toEqual({ email: 'zoë@xn--mnchen-3ya.example' });
    });

    it.each(['ada@exa%6dplé.example', 'ada@é.1', 'ada@é..example', 'ada@[é]', 'ada@é.example '])(
      'cannot be written as %j unless IDNA knows it',
      async (email) => {
        const { code, errors } = await mutate(client(), 'forgotPassword', { email });
        if (email.endsWith(' ')) expect(code).toBeUndefined();
        else expect([code, errors?.[0]?.extensions.field]).toEqual(['INVALID_INPUT', 'email']);
      },
    );
  });

  it('cannot be taken over through another that Unicode folds to it', async () => {
    const [owner, thief] = [server.client(), server.client()];
    await register(owner, 'alice', 'alice@mail.example');
    await mailTo('alice@mail.example', 'Confirm your e-mail address');
    await verify('alice@mail.example');
    for (const twin of ['alice@ma\u0130l.example', 'al\u0130ce@mail.example', 'al\u0131ce@mail.example']) {
      expect((await mutate(thief, 'forgotPassword', { email: twin })).code).toBeUndefined();
      const mail = await worker.mail.next(({ subject }) => /^(No account has|Choose)/.test(subject));
      expect(mail.to).not.toBe('alice@mail.example');
      expect(mail.text).not.toContain('#token=');
      expect((await thief.login(twin, password)).code).toBe('INVALID_CREDENTIALS');
    }
    // And the mail for the address itself goes to the address as it is stored.
    await mutate(thief, 'forgotPassword', { email: 'ALICE@mail.EXAMPLE' });
    await mailTo('alice@mail.example', 'Choose a new password');
  });

  it('is told about by a login in the same words, whether or not an account has it', async () => {
    await register(server.client(), 'claimant', 'claimed@mail.example');
    const messages = new Set<string>();
    for (const name of ['claimed@mail.example', 'no-account@mail.example', 'zoe@x', '@']) {
      messages.add((await server.client().login(name, password)).errors![0]!.message);
      const { errors } = await tokenClient(server).send(ISSUE, { username: name, password });
      messages.add(errors![0]!.message);
    }
    expect([...messages]).toEqual([expect.stringContaining('log in with your user name.')]);
    const { errors } = await server.client().login('claimant', 'wrong');
    expect(errors![0]!.message).not.toContain('verified');
  });

  describe('that a rival has verified', () => {
    let claimant: HttpClient;
    let account: Account;
    let owner: HttpClient;
    const claim = 'disputed@mail.example';
    beforeAll(async () => {
      [claimant, owner] = [server.client(), server.client()];
      account = await claimant.register('bob');
      for (const client of [claimant, owner]) {
        if (client === owner) await client.register('carol');
        await mutate(client, 'createUserEmail', { userEmail: { email: claim } }, 'clientMutationId');
      }
    });

    /** All that the claimant can ask. */
    const view = async () => {
      const { data } = await claimant.graphql(
        `{ currentUser { username updatedAt } sessions { nodes { rowId createdAt } }
           userEmails { nodes { rowId email isVerified isPrimary createdAt updatedAt } }
           auditEvents { nodes { action rowId details } } }`,
      );
      return data;
    };
    const own = async (email: string) =>
      (
        await server.sql('select id from app_public.user_emails where user_id = $1 and email = $2', [
          account.id,
          email,
        ])
      )[0]!.id;

    it('leaves its claimant with the same view and the same answers', async () => {
      const before = await view();
      expect(before.userEmails.nodes).toHaveLength(2);
      const heard = await notificationsDuring(async () => {
        await mutate(owner, 'resendEmailVerification', {
          emailId: (await addressIds(owner))[claim],
        });
        const mail = await worker.mail.next(
          ({ to, text }) => to === claim && text.includes('account carol '),
        );
        const token = tokenIn(mail);
        expect((await mutate(owner, 'verifyEmail', { token })).data).toEqual({
          verifyEmail: { result: true },
        });
      });
      expect(heard.filter((payload) => payload.includes(account.id))).toEqual([]);
      expect(heard.length).toBeGreaterThan(0);
      expect(await view()).toEqual(before);
      expect(
        await server.sql(`select from graphile_worker._private_jobs where payload::text like '%bob@%'`),
      ).toEqual([]);
    });

    it('answers its claimant as one that no account has', async () => {
      const free = 'free@mail.example';
      await mutate(claimant, 'createUserEmail', { userEmail: { email: free } }, 'clientMutationId');
      const answers: Record<string, unknown>[] = [];
      for (const email of [claim, free]) {
        const emailId = await own(email);
        const seen = [];
        for (const [name, input, selection] of [
          ['resendEmailVerification', { emailId }, 'result'],
          ['makeEmailPrimary', { emailId }, 'result { isPrimary }'],
          ['createUserEmail', { userEmail: { email } }, 'clientMutationId'],
          ['login', { username: email, password: account.password }, 'result { rowId }'],
          ['verifyEmail', { token: 'x' }, 'result'],
          ['forgotPassword', { email }, 'result'],
          ['deleteUserEmail', { rowId: emailId }, 'clientMutationId'],
        ] as [string, Record<string, unknown>, string][]) {
          const { status, data, errors } = await mutate(claimant, name, input, selection);
          seen.push({ name, status, data, errors });
        }
        answers.push(JSON.parse(JSON.stringify(seen).replaceAll(email, 'EMAIL').replaceAll(emailId, 'ID')));
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(JSON.stringify(answers[0])).toContain('EMAIL_NOT_VERIFIED');
    });
  });

  /** What is sent on the channel `rowgate` meanwhile. */
  const notificationsDuring = (work: () => Promise<void>) =>
    withClient(server.database.owner, async (listener) => {
      const payloads: string[] = [];
      listener.on('notification', ({ payload = '' }) => payloads.push(payload));
      await listener.query('listen rowgate');
      await work();
      // Notifications arrive in the order of the commits.
      await server.sql(`notify rowgate, 'end'`);
      await until(async () => payloads.at(-1) === 'end');
      return payloads;
    });

  const addressIds = async (client: HttpClient): Promise<Record<string, string>> => {
    const { data } = await client.graphql('{ userEmails { nodes { rowId email } } }');
    return Object.fromEntries(
      data.userEmails.nodes.map((row: { rowId: string; email: string }) => [row.email, row.rowId]),
    );
  };
});
