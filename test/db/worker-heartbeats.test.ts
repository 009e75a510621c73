import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectDenied, expectInvisible, useDatabase } from '../helpers/actors.ts';

describe('app_private.beat', () => {
  const db = useDatabase();
  beforeEach(() => db.owner.query('delete from graphile_worker._private_jobs'));
  const beat = (...workers: string[]) => db.owner.value('select app_private.beat($1)', [workers]);
  /** A job that a worker has taken so many seconds ago. */
  async function take(worker: string, seconds: number, queue: string | null = null) {
    const id = await db.owner.value(`select id from graphile_worker.add_job('prune', queue_name => $1)`, [
      queue,
    ]);
    await db.owner.query(
      `update graphile_worker._private_jobs
       set locked_by = $2, locked_at = clock_timestamp() - make_interval(secs => $3) where id = $1`,
      [id, worker, seconds],
    );
    await db.owner.query(
      'update graphile_worker._private_job_queues set locked_by = $2, locked_at = now() where queue_name = $1',
      [queue, worker],
    );
  }
  const lastBeat = (worker: string, seconds: number) =>
    db.owner.query(
      `insert into app_private.worker_heartbeats values ($1, clock_timestamp() - make_interval(secs => $2))
       on conflict (worker_id) do update set beaten_at = excluded.beaten_at`,
      [worker, seconds],
    );
  const locked = async () =>
    (await db.owner.query('select locked_by from graphile_worker._private_jobs order by id')).rows.map(
      ({ locked_by }) => locked_by,
    );

  it('can give back the job of a worker that has been silent for more than 30 seconds', async () => {
    await take('killed', 35);
    await lastBeat('killed', 31);
    expect(await beat('live')).toBe(1);
    expect(await locked()).toEqual([null]);
    expect(await db.owner.value('select is_available from graphile_worker._private_jobs')).toBe(true);
  });

  it('cannot take the job of one that has been silent for less', async () => {
    await take('slow', 3600);
    await lastBeat('slow', 20);
    expect(await beat('live')).toBe(0);
    expect(await locked()).toEqual(['slow']);
  });

  it('cannot take the job of one that beats, however long it works on it', async () => {
    await take('live', 4 * 3600);
    await lastBeat('live', 3600);
    expect(await beat('live')).toBe(0);
    expect(await locked()).toEqual(['live']);
  });

  it('gives 30 seconds to one that has not beaten yet', async () => {
    await take('new', 20);
    await take('never seen', 31);
    expect(await beat('live')).toBe(1);
    expect(await locked()).toEqual(['new', null]);
  });

  it('can give back several jobs of several workers at once, and the queues that they held', async () => {
    await take('first', 31, 'a queue');
    await take('first', 31);
    await take('second', 31);
    expect(await beat('live')).toBe(2);
    expect(await locked()).toEqual([null, null, null]);
    expect(await db.owner.value('select is_available from graphile_worker._private_job_queues')).toBe(true);
  });

  it('notes the beats of several workers, and forgets the dead', async () => {
    await lastBeat('live', 20);
    await lastBeat('killed', 31);
    await take('killed', 31);
    await beat('live', 'too');
    const { rows } = await db.owner.query(
      `select worker_id, beaten_at > clock_timestamp() - interval '10 seconds' as now
       from app_private.worker_heartbeats order by worker_id`,
    );
    expect(rows).toEqual([
      { worker_id: 'live', now: true },
      { worker_id: 'too', now: true },
    ]);
  });

  it('leaves jobs alone that nobody has taken', async () => {
    await db.owner.query(`select graphile_worker.add_job('prune')`);
    expect(await beat()).toBe(0);
    expect(await locked()).toEqual([null]);
  });

  it('cannot be called or seen by a request, even where grants would let it see', async () => {
    const actors = [await db.createUser(), await db.createAdministrator(), db.anonymous];
    for (const actor of [...actors, db.authenticator]) {
      await expectDenied(actor.query(`select app_private.beat('{x}')`));
      await expectDenied(actor.query('select from app_private.worker_heartbeats'));
    }
    await beat('live');
    await db.owner.query('grant usage on schema app_private to webuser, anonymous');
    await db.owner.query('grant select on app_private.worker_heartbeats to webuser, anonymous');
    for (const actor of actors)
      await expectInvisible(actor.query('select from app_private.worker_heartbeats'));
  });
});
