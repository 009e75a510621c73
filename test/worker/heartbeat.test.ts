import { describe, expect, it } from '@jest/globals';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { until } from '../helpers/until.ts';
import { useWorker } from '../helpers/worker.ts';

const NOTICE = { kind: 'password_changed', to: 'ada@example.com', username: 'ada', details: {} };

describe('the heartbeat of a worker', () => {
  const worker = useWorker();
  const beatAs = async (...ids: string[]) =>
    (await worker.sql('select app_private.beat($1) as dead', [ids]))[0]!.dead as number;
  /** As if so much time had gone by, for the job and for everybody's last beat. */
  const letPass = (interval: string) =>
    worker.sql(
      `with jobs as (update graphile_worker._private_jobs set locked_at = locked_at - $1::interval)
       update app_private.worker_heartbeats set beaten_at = beaten_at - $1::interval`,
      [interval],
    );

  it('is under the name by which it takes jobs', async () => {
    const held = worker.mail.hold();
    const id = await worker.addJob('send_notice', NOTICE);
    await held.reached;
    const { locked_by } = (await worker.job(id))!;
    await until(async () => {
      const beats = await worker.sql('select worker_id from app_private.worker_heartbeats');
      return beats.length === 1 && beats[0]!.worker_id === locked_by;
    });

    // However long it takes, nobody takes the job away while it beats.
    await worker.sql(`update graphile_worker._private_jobs set locked_at = now() - interval '3 hours'`);
    expect(await beatAs('another worker')).toBe(0);
    expect(await worker.job(id)).toMatchObject({ locked_by, attempts: 1 });

    held.release();
    await worker.mail.next();
    await until(async () => (await worker.job(id)) === undefined);
    expect(worker.mail.mails).toHaveLength(1);
  });

  it('goes on, under another name, after a database that was away when a job ended', async () => {
    const held = worker.mail.hold();
    const id = await worker.addJob('send_notice', NOTICE);
    await held.reached;
    const { locked_by } = (await worker.job(id))!;

    const { root } = worker.database;
    const [name] = new URL(root).pathname.split('/').slice(1);
    await withClient(withParts(root, { database: 'postgres' }), async (client) => {
      await client.query(`alter database ${name} with allow_connections false`);
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      held.release();
      await worker.mail.next();
      await until(() => worker.log.messages.includes('the worker does not start'));
      await client.query(`alter database ${name} with allow_connections true`);
    });
    await worker.sql('delete from app_private.worker_heartbeats');
    await until(() => worker.log.messages.includes('the worker runs again'));
    await until(async () => (await worker.sql('select from app_private.worker_heartbeats')).length > 0);

    // It works on, and what it could not note is given back like the job of a worker that was killed.
    await worker.addJob('send_notice', { ...NOTICE, to: 'bob@example.com' });
    await worker.mail.next(({ to }) => to === 'bob@example.com');
    expect(await beatAs('another worker')).toBe(0);
    expect(await worker.job(id)).toMatchObject({ locked_by });
    expect(
      await worker.sql('select from app_private.worker_heartbeats where worker_id = $1', [locked_by]),
    ).toEqual([]);
    await letPass('31 seconds');
    expect(await beatAs('another worker')).toBeGreaterThan(0);
    await worker.retryNow();
    await worker.mail.next(({ to }) => to === 'ada@example.com');
    await until(async () => (await worker.job(id)) === undefined);
  });
});
