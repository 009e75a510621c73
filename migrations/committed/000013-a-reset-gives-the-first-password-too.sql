--! Previous: sha1:4222931ec0df4f5346f96714167cc187db5e685f
--! Hash: sha1:fdc8c6748d35860a749e959615873ebd6e8aa991
--! Message: a reset gives the first password too

-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.

-- A reset gives a password to an account that never had one, such as one that was brought along from elsewhere.
--! Included functions/reset_password.sql
-- Works while the account is throttled, and ends that: whoever reads the account's mail is its owner. Grants nothing
-- but the new password; logging in with it is the next step.
create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  perform app_private.assert_password_is_acceptable(new_password, 'newPassword');
  used := app_private.use_one_time_token('password_reset', token);

  -- An account that came from elsewhere may never have had a password.
  insert into app_private.user_secrets (user_id, password_hash)
  values (used.user_id, app_private.hash_password(new_password))
  on conflict (user_id) do update set password_hash = excluded.password_hash, password_changed_at = now();

  perform app_private.mark_email_verified(used.email_id);
  delete from app_public.sessions where user_id = used.user_id;

  delete from app_private.login_attempts
  where login_name_key in (
    select app_private.login_name_key(username::text) from app_public.users where id = used.user_id
    union all
    select app_private.login_name_key(email::text) from app_public.user_emails where user_id = used.user_id
  );

  perform app_private.record_event('password_reset', used.user_id);
  perform app_private.notify_user(used.user_id, 'password_reset');
  return true;
end;
$$;
comment on function app_public.reset_password(text, text) is
  'Sets a new password with the token of a mail, and ends every session of the account. Errors: INVALID_TOKEN, WEAK_PASSWORD.';
--! EndIncluded functions/reset_password.sql
