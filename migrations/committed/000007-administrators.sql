--! Previous: sha1:e58f2936667c5ffe1e37f12b32e35eb3279d274c
--! Hash: sha1:be754cd755128122d496bfc718629dbf612dcc9e
--! Message: administrators

--! Included functions/assert_administrator.sql
create or replace function app_private.assert_administrator() returns void
language plpgsql stable set search_path from current
as $$
begin
  if not app_hidden.is_administrator() then
    raise exception 'Only administrators may do this.' using errcode = 'RG000', hint = 'FORBIDDEN';
  end if;
end;
$$;
comment on function app_private.assert_administrator() is 'Raises FORBIDDEN unless the session is an administrator''s, by the table.';
--! EndIncluded functions/assert_administrator.sql
--! Included functions/set_user_role.sql
create or replace function app_public.set_user_role(user_id uuid, role app_public.user_role)
returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  -- A stolen session must not be able to make its thief an administrator.
  perform app_private.assert_recently_authenticated();
  if set_user_role.role <> 'administrator' then
    perform app_private.assert_other_administrator(set_user_role.user_id);
  end if;

  update app_public.user_accounts set role = set_user_role.role
  where user_accounts.user_id = set_user_role.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  perform app_private.record_event('role_changed', account.user_id, jsonb_build_object('role', account.role));
  perform app_private.notify_user(account.user_id, 'role_changed', jsonb_build_object('role', account.role));
  return account;
end;
$$;
comment on function app_public.set_user_role(uuid, app_public.user_role) is
  'Changes what a user may do, from their next request on. For administrators. Errors: FORBIDDEN, REAUTHENTICATION_REQUIRED, NOT_FOUND, LAST_ADMINISTRATOR.';
--! EndIncluded functions/set_user_role.sql
--! Included functions/suspend_user.sql
create or replace function app_public.suspend_user(user_id uuid, reason text) returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  perform app_private.assert_other_administrator(suspend_user.user_id);

  update app_public.user_accounts
  set suspended_at = coalesce(suspended_at, now()), suspension_reason = suspend_user.reason
  where user_accounts.user_id = suspend_user.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;

  delete from app_public.sessions where sessions.user_id = account.user_id;
  perform app_private.record_event('suspended', account.user_id, jsonb_build_object('reason', reason));
  perform app_private.notify_user(account.user_id, 'account_suspended', jsonb_build_object('reason', reason));
  return account;
end;
$$;
comment on function app_public.suspend_user(uuid, text) is
  'Ends every session of an account and lets nobody log in to it. For administrators. Errors: FORBIDDEN, NOT_FOUND, LAST_ADMINISTRATOR.';
--! EndIncluded functions/suspend_user.sql
--! Included functions/reinstate_user.sql
create or replace function app_public.reinstate_user(user_id uuid) returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  update app_public.user_accounts set suspended_at = null, suspension_reason = null
  where user_accounts.user_id = reinstate_user.user_id
  returning * into account;
  if not found then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  perform app_private.record_event('reinstated', account.user_id);
  perform app_private.notify_user(account.user_id, 'account_reinstated');
  return account;
end;
$$;
comment on function app_public.reinstate_user(uuid) is
  'Lets a suspended account be used again. For administrators. Errors: FORBIDDEN, NOT_FOUND.';
--! EndIncluded functions/reinstate_user.sql
--! Included functions/end_sessions_of_user.sql
create or replace function app_public.end_sessions_of_user(user_id uuid) returns integer
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  ended integer;
begin
  perform app_private.assert_administrator();
  if not exists (select 1 from app_public.users where id = end_sessions_of_user.user_id) then
    raise exception 'There is no such user.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  delete from app_public.sessions where sessions.user_id = end_sessions_of_user.user_id;
  get diagnostics ended = row_count;
  return ended;
end;
$$;
comment on function app_public.end_sessions_of_user(uuid) is
  'Logs a user out everywhere. Returns how many sessions ended. For administrators. Errors: FORBIDDEN, NOT_FOUND.';
--! EndIncluded functions/end_sessions_of_user.sql
-- Granted to the role, and each checks the stored role as well.
grant execute on function
  app_public.set_user_role(uuid, app_public.user_role),
  app_public.suspend_user(uuid, text),
  app_public.reinstate_user(uuid),
  app_public.end_sessions_of_user(uuid)
to webadmin;
