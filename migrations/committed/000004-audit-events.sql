--! Previous: sha1:7a24ae6eddb6447595971efcaf8839e419616dff
--! Hash: sha1:8b2d6337b6a9dc3f289f5db39964ba67e2feafa3
--! Message: audit events

-- What happened to accounts, for their owners and for administrators. Plain ids and no foreign keys, so that the
-- record outlives the account it speaks of. Written by functions and triggers, in the transaction of what it records.
create table app_public.audit_events (
  id bigint generated always as identity primary key,
  occurred_at timestamptz not null default clock_timestamp(),
  action text not null,
  user_id uuid,
  actor_id uuid,
  session_id uuid,
  address inet,
  client text,
  details jsonb not null default '{}',
  constraint audit_events_action_check check (action ~ '^[a-z]+(_[a-z]+)*$')
);
create index audit_events_user_id_idx on app_public.audit_events (user_id, id);
create index audit_events_occurred_at_idx on app_public.audit_events (occurred_at);
alter table app_public.audit_events enable row level security;

--! Included functions/tg_audit_events__append_only.sql
create or replace function app_private.tg_audit_events__append_only() returns trigger
language plpgsql volatile set search_path from current
as $$
begin
  if tg_op = 'DELETE' and old.occurred_at < now() - (select audit_retention from app_private.settings) then
    return old;
  end if;
  raise exception 'Audit events are never changed, and removed only when older than settings.audit_retention.'
    using errcode = 'RG000', hint = 'FORBIDDEN';
end;
$$;
comment on function app_private.tg_audit_events__append_only() is
  'Keeps the past as it was, for the owner of the schema too.';
--! EndIncluded functions/tg_audit_events__append_only.sql
create trigger _100_append_only before update or delete on app_public.audit_events
  for each row execute function app_private.tg_audit_events__append_only();
create trigger _200_no_truncate before truncate on app_public.audit_events
  for each statement execute function app_private.tg_audit_events__append_only();

create policy select_own on app_public.audit_events for select to webuser
  using (user_id = (select app_public.current_user_id()));
create policy select_as_administrator on app_public.audit_events for select to webadmin
  using ((select app_hidden.is_administrator()));
grant select on app_public.audit_events to webuser;
-- insert, update and delete are granted to nobody: a record that its subject can write is none.
comment on table app_public.audit_events is 'What happened to an account: who did it, when and from where. Never changed.';
comment on column app_public.audit_events.action is 'For example `logged_in`, `password_changed` or `role_changed`.';
comment on column app_public.audit_events.user_id is 'Whose account it is about; null when nobody''s, such as a login with an unknown name.';
comment on column app_public.audit_events.actor_id is 'Who did it; null for nobody logged in, or the system.';
comment on column app_public.audit_events.details is 'What else there is to know, by action.';

--! Included functions/record_event.sql
create or replace function app_private.record_event(action text, user_id uuid, details jsonb default '{}')
returns void
language sql volatile set search_path from current
as $$
  insert into app_public.audit_events (action, user_id, actor_id, session_id, address, client, details)
  values (
    record_event.action,
    record_event.user_id,
    app_public.current_user_id(),
    app_public.current_session_id(),
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500),
    record_event.details
  );
$$;
comment on function app_private.record_event(text, uuid, jsonb) is
  'Notes what happened to an account, with who did it and from where, in the transaction in which it happens.';
--! EndIncluded functions/record_event.sql

--! Included functions/tg_sessions__audit.sql
create or replace function app_private.tg_sessions__audit() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
begin
  -- What ends by itself (pruning) or with its account has an event of its own, or none.
  if app_public.current_user_id() is not null
    and exists (select 1 from app_public.users where id = old.user_id)
  then
    perform app_private.record_event(
      case when old.id = app_public.current_session_id() then 'logged_out' else 'session_ended' end,
      old.user_id,
      jsonb_build_object('sessionId', old.id, 'kind', old.kind)
    );
  end if;
  return old;
end;
$$;
comment on function app_private.tg_sessions__audit() is 'Notes that somebody ended a session.';
--! EndIncluded functions/tg_sessions__audit.sql
create trigger _500_audit after delete on app_public.sessions
  for each row execute function app_private.tg_sessions__audit();
