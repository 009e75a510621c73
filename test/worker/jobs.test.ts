import { describe, expect, it } from '@jest/globals';
import { startMailServer } from '../helpers/mail-server.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { until } from '../helpers/until.ts';
import { useWorker } from '../helpers/worker.ts';

const NOTICE = {
  kind: 'password_changed',
  to: 'ada@example.com',
  userId: '00000000-0000-4000-8000-000000000001',
  username: 'ada',
  details: {},
};

describe('a job', () => {
  const worker = useWorker();

  it('can send a mail, and is then gone', async () => {
    const id = await worker.addJob('send_notice', NOTICE);
    const mail = await worker.mail.next();
    expect(mail).toMatchObject({ to: 'ada@example.com', subject: 'Your password was changed' });
    await until(async () => (await worker.job(id)) === undefined);
  });

  describe('with a payload that does not fit', () => {
    it.each<[string, unknown, string]>([
      ['send_password_reset', {}, 'email: '],
      ['send_password_reset', { email: 4711 }, 'email: '],
      ['send_password_reset', [], 'payload: '],
      ['send_email_verification', { emailId: 'secret-4711' }, 'emailId: '],
      ['send_account_deletion', { userId: null, secret: '4711' }, 'userId: '],
      ['send_notice', { ...NOTICE, kind: 'secret-4711' }, 'kind: '],
      ['send_notice', { ...NOTICE, details: 'secret-4711' }, 'details: '],
      ['send_notice', { ...NOTICE, to: '', username: undefined }, 'to: '],
    ])('of %s, %j, fails and says what is wrong, without the value', async (task, payload, problem) => {
      const id = await worker.addJob(task, payload);
      const { last_error } = await until(async () => {
        const job = await worker.job(id);
        return job?.last_error && !job.locked_by ? job : null;
      });
      expect(last_error).toMatch(new RegExp(`^The payload of ${task} does not fit: .*${problem}`));
      expect(last_error).not.toContain('4711');
      expect(worker.log.text).not.toContain('4711');
      expect(worker.mail.mails.filter(({ to }) => to !== 'ada@example.com')).toEqual([]);
    });
  });

  it('is done again after a mail server that was down: the change succeeds, the mail comes later', async () => {
    await worker.mail.close();
    const [session] = await worker.sql(
      `select user_id from app_public.register('bob', 'bob@example.com', 'password of Bob')`,
    );
    expect(session).toBeDefined();
    const failed = await until(async () => {
      const [job] = await worker.sql(
        `select id, attempts, run_at > now() as "waits" from graphile_worker.jobs
         where key like 'send_email_verification:%' and last_error is not null and locked_by is null`,
      );
      return job;
    });
    expect(failed).toMatchObject({ attempts: 1, waits: true });

    worker.mail = await startMailServer(Number(new URL(worker.mail.url).port));
    await worker.retryNow();
    const mail = await worker.mail.next();
    expect(mail).toMatchObject({ to: 'bob@example.com', subject: 'Confirm your e-mail address' });
    expect(tokenIn(mail)).toMatch(/^[\w-]{43}$/);
    await until(async () => (await worker.job(failed.id)) === undefined);
    expect(worker.mail.mails).toHaveLength(1);
  });

  it('does not use up the mails that an address may get while the mail server is down', async () => {
    const counted = async () => (await worker.sql('select from app_private.sent_mails')).length;
    const before = await counted();
    await worker.mail.close();
    await worker.sql(`select app_public.forgot_password('carol@example.com')`);
    await until(async () => {
      const [job] = await worker.sql(
        `select from graphile_worker.jobs
         where task_identifier = 'send_password_reset' and last_error like '%ECONNREFUSED%'`,
      );
      return job;
    });
    expect(await counted()).toBe(before);
    worker.mail = await startMailServer(Number(new URL(worker.mail.url).port));
    await worker.retryNow();
    await worker.mail.next(({ to }) => to === 'carol@example.com');
    await until(async () => (await counted()) === before + 1);
  });

  it('is told of in the account’s record once for each mail, however often the worker had to try', async () => {
    const events = () =>
      worker.sql<{ username: string }>(
        `select username from app_public.audit_events join app_public.users on users.id = user_id
         where action = 'password_reset_sent'`,
      );
    await worker.sql(`select app_public.register('dora', 'dora@example.com', 'password of Dora')`);
    await worker.mail.next(({ to }) => to === 'dora@example.com');
    await worker.mail.close();
    await worker.sql(`select app_public.forgot_password('dora@example.com')`);
    for (const attempts of [1, 2]) {
      await until(async () => {
        const [job] = await worker.sql(
          `select from graphile_worker.jobs
           where task_identifier = 'send_password_reset' and attempts = ${attempts} and locked_by is null`,
        );
        return job;
      });
      expect(await events()).toEqual([]);
      if (attempts === 1) await worker.retryNow();
    }
    worker.mail = await startMailServer(Number(new URL(worker.mail.url).port));
    await worker.retryNow();
    await worker.mail.next(({ to }) => to === 'dora@example.com');
    await until(async () => (await events()).length > 0);
    expect(await events()).toEqual([{ username: 'dora' }]);
  });

  it('can finish while the worker stops, and no other begins', async () => {
    const held = worker.mail.hold();
    const id = await worker.addJob('send_notice', NOTICE);
    await held.reached;
    const stopped = worker.stop();
    const late = await worker.addJob('send_notice', { ...NOTICE, to: 'late@example.com' });
    held.release();
    await stopped;
    expect(await worker.job(id)).toBeUndefined();
    expect(await worker.job(late)).toMatchObject({ attempts: 0, locked_by: null });
    expect(worker.mail.mails.at(-1)).toMatchObject({ to: 'ada@example.com' });

    await worker.start();
    await worker.mail.next(({ to }) => to === 'late@example.com');
  });

  it('cannot go to an address that mail programs would read as another', async () => {
    for (const to of ['<victim@example.com>', 'victim@example.com>>']) {
      const id = await worker.addJob('send_notice', { ...NOTICE, to });
      const { last_error } = await until(async () => {
        const job = await worker.job(id);
        return job?.last_error ? job : null;
      });
      expect(last_error).toBe('The address holds < or >; nothing is sent to it.');
    }
    expect(worker.mail.mails.filter(({ to }) => to.startsWith('victim'))).toEqual([]);
  });

  it('cannot bring more than 5 mails of a kind to one mailbox, whatever its spelling and how many are sent at once', async () => {
    const spellings = (i: number) =>
      [`frank+${i}@example.com`, `f.rank@example.com`, 'FRANK@example.com'][i % 3]!;
    const notices = Array.from({ length: 24 }, (_, i) =>
      worker.addJob('send_notice', {
        ...NOTICE,
        kind: 'access_token_created',
        to: spellings(i),
        details: { name: 'x' },
      }),
    );
    for (const id of await Promise.all(notices))
      await until(async () => (await worker.job(id)) === undefined);
    const received = worker.mail.mails.filter(({ subject }) => subject === 'An access token was made');
    expect(received).toHaveLength(5);
    // Another kind of change is still told.
    await worker.addJob('send_notice', { ...NOTICE, to: 'frank@example.com' });
    await worker.mail.next(({ to }) => to === 'frank@example.com');
    // And so is the same kind of change of an account whose address only looks like a spelling of this one.
    const other = { userId: '00000000-0000-4000-8000-000000000002', to: 'fran.k@example.com' };
    await worker.addJob('send_notice', {
      ...NOTICE,
      ...other,
      kind: 'access_token_created',
      details: { name: 'x' },
    });
    await worker.mail.next(({ to }) => to === other.to);
  });
});
