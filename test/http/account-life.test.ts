import { describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { rowsOfAccount } from '../helpers/rows-of-account.ts';
import { useServer } from '../helpers/server.ts';
import { useWorker } from '../helpers/worker.ts';

describe('the life of an account', () => {
  const server = useServer();
  const worker = useWorker(() => server.database);
  const nextMail = (to: string, subject: string) =>
    worker.mail.next((mail) => mail.to === to && mail.subject === subject);
  const expectDone = async (client: HttpClient, name: string, input: Record<string, unknown>) =>
    expect((await mutate(client, name, input)).data).toEqual({ [name]: { result: true } });
  const addresses = async (client: HttpClient) =>
    (await client.graphql('{ userEmails(orderBy: EMAIL_ASC) { nodes { email isVerified isPrimary } } }')).data
      .userEmails.nodes;

  it('can go from its registration to its deletion', async () => {
    const [home, office, visitor] = [server.client(), server.client(), server.client()];
    const ada = await home.register('ada');
    await office.login('ada', ada.password);

    const verification = await nextMail(ada.email, 'Confirm your e-mail address');
    await expectDone(home, 'verifyEmail', { token: tokenIn(verification) });
    expect(await addresses(home)).toEqual([{ email: ada.email, isVerified: true, isPrimary: true }]);

    await expectDone(visitor, 'forgotPassword', { email: ada.email });
    const reset = await nextMail(ada.email, 'Choose a new password');
    await expectDone(visitor, 'resetPassword', { token: tokenIn(reset), newPassword: 'an entirely new one' });
    await nextMail(ada.email, 'Your password was reset');
    expect((await visitor.currentUser()).data).toEqual({ currentUser: null });
    for (const old of [home, office]) expect((await old.currentUser()).code).toBe('UNAUTHENTICATED');
    expect((await visitor.login('ada', ada.password)).code).toBe('INVALID_CREDENTIALS');

    expect((await home.login(ada.email, 'an entirely new one')).data.login.result.user).toEqual({
      username: 'ada',
    });

    const second = 'second@example.com';
    const { data } = await mutate(
      home,
      'createUserEmail',
      { userEmail: { email: second } },
      'userEmail { rowId }',
    );
    const emailId = data.createUserEmail.userEmail.rowId;
    await nextMail(ada.email, 'An e-mail address was added');
    expect((await mutate(home, 'makeEmailPrimary', { emailId }, 'result { isPrimary }')).code).toBe(
      'EMAIL_NOT_VERIFIED',
    );
    await expectDone(home, 'resendEmailVerification', { emailId });
    await expectDone(home, 'verifyEmail', {
      token: tokenIn(await nextMail(second, 'Confirm your e-mail address')),
    });
    expect((await mutate(home, 'makeEmailPrimary', { emailId }, 'result { isPrimary }')).data).toEqual({
      makeEmailPrimary: { result: { isPrimary: true } },
    });
    expect(await addresses(home)).toEqual([
      { email: ada.email, isVerified: true, isPrimary: false },
      { email: second, isVerified: true, isPrimary: true },
    ]);
    for (const to of [ada.email, second]) await nextMail(to, 'Your primary e-mail address was changed');

    expect((await mutate(home, 'requestAccountDeletion', { password: 'wrong' })).code).toBe(
      'INVALID_CREDENTIALS',
    );
    await expectDone(home, 'requestAccountDeletion', { password: 'an entirely new one' });
    const deletion = tokenIn(await nextMail(second, 'Confirm that your account shall be deleted'));
    const bob = await office.register('bob');
    expect((await mutate(office, 'confirmAccountDeletion', { token: deletion })).code).toBe('INVALID_TOKEN');
    await expectDone(home, 'confirmAccountDeletion', { token: deletion });
    for (const to of [ada.email, second]) await nextMail(to, 'Your account was deleted');

    expect((await home.currentUser()).data).toEqual({ currentUser: null });
    expect(home.cookies.has('rowgate')).toBe(false);
    expect((await visitor.login('ada', 'an entirely new one')).code).toBe('INVALID_CREDENTIALS');
    const { 'app_public.audit_events': events, ...rows } = await rowsOfAccount(server.sql, ada.id);
    expect(events).toBeGreaterThan(10);
    expect(Object.values(rows)).toEqual(Object.values(rows).map(() => 0));
    expect((await office.currentUser()).data.currentUser).toEqual({ rowId: bob.id, username: 'bob' });
  });
});
