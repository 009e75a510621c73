--! Previous: sha1:be754cd755128122d496bfc718629dbf612dcc9e
--! Hash: sha1:503efd25670e93037176ea16dfd2836f471c6e50
--! Message: housekeeping

create table app_private.worker_heartbeats (
  worker_id text primary key,
  beaten_at timestamptz not null
);
-- No policy, no grant: the worker only.
alter table app_private.worker_heartbeats enable row level security;
comment on table app_private.worker_heartbeats is 'When each worker last said that it lives.';

--! Included functions/worker_heartbeats.sql
-- graphile-worker keeps a job locked for four hours for a worker that may still live. A worker that was killed stops
-- beating; its jobs are given back after 30 seconds of silence. A worker that beats never loses a job.
create or replace function app_private.beat(worker_ids text[]) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  dead text[];
begin
  insert into app_private.worker_heartbeats (worker_id, beaten_at)
  select unnest(beat.worker_ids), clock_timestamp()
  on conflict (worker_id) do update set beaten_at = excluded.beaten_at;

  select array_agg(distinct jobs.locked_by) into dead
  from graphile_worker.jobs
  left join app_private.worker_heartbeats on worker_id = jobs.locked_by
  where jobs.locked_by is not null
    -- A worker that has not had the time for its first beat is given the same 30 seconds.
    and coalesce(beaten_at, jobs.locked_at) < clock_timestamp() - interval '30 seconds';
  if dead is null then
    return 0;
  end if;

  perform graphile_worker.force_unlock_workers(dead);
  delete from app_private.worker_heartbeats where worker_id = any (dead);
  return cardinality(dead);
end;
$$;
comment on function app_private.beat(text[]) is
  'Says that these workers live, and gives back the jobs of those that no longer say so. Returns how many were found dead.';
--! EndIncluded functions/worker_heartbeats.sql
--! Included functions/prune.sql
create or replace function app_private.prune() returns integer
language sql volatile set search_path from current
as $$
  with pruned as (
    delete from app_public.sessions
    where expires_at <= now() or last_active_at + idle_limit <= now()
    returning id
  ), pruned_cookies as (
    delete from app_private.cookie_sessions where expire <= now()
  ), pruned_tokens as (
    delete from app_private.one_time_tokens where expires_at <= now()
  ), pruned_mails as (
    delete from app_private.sent_mails where sent_at < now() - interval '1 day'
  ), pruned_heartbeats as (
    delete from app_private.worker_heartbeats where beaten_at < now() - interval '1 day'
  ), pruned_attempts as (
    delete from app_private.login_attempts
    where greatest(last_failed_at, retry_after) < now() - interval '1 day'
  ), pruned_events as (
    delete from app_public.audit_events
    where occurred_at < now() - (select audit_retention from app_private.settings)
  )
  select count(*)::integer from pruned;
$$;
comment on function app_private.prune() is
  'Removes what has expired: sessions, cookie rows, tokens, counts, audit events past their time. Run by a scheduled job of the owner. Returns how many sessions were removed.';
--! EndIncluded functions/prune.sql
