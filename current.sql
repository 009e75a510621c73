-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.
alter table app_private.user_secrets add column if not exists tokens_valid_from timestamptz;
comment on column app_private.user_secrets.tokens_valid_from is
  'Tokens that were requested by mail until then are void; null before the first change of the password.';

drop function if exists app_private.begin_login_attempt(text);
drop function if exists app_private.password_matches(text, text);
drop function if exists app_private.create_one_time_token(app_private.token_purpose, uuid, uuid);
drop function if exists app_private.prepare_password_reset(text);
drop function if exists app_private.prepare_email_verification(uuid);
drop function if exists app_private.prepare_account_deletion(uuid);

-- Passwords in one form.
--!include functions/hash_password.sql
--!include functions/assert_password_is_acceptable.sql

-- Locks before what makes and what ends sessions and tokens.
--!include functions/lock_accounts.sql
--!include functions/tg__lock_account.sql
--!include functions/assert_session_is_live.sql
--!include functions/assert_recently_authenticated.sql
--!include functions/assert_other_administrator.sql
--!include functions/login_throttle.sql
--!include functions/check_password.sql
--!include functions/check_current_password.sql
--!include functions/create_session.sql
--!include functions/register.sql
--!include functions/refresh_tokens.sql
--!include functions/end_other_sessions.sql
--!include functions/end_sessions_of_user.sql
--!include functions/suspend_user.sql
--!include functions/reinstate_user.sql
--!include functions/set_user_role.sql
--!include functions/confirm_account_deletion.sql
--!include functions/verify_email.sql
--!include functions/tg_user_emails__guard.sql

create or replace trigger _050_lock_account before delete on app_public.sessions
  for each statement execute function app_private.tg__lock_account();
--!include functions/tg_users__carry_attempts.sql
create or replace trigger _050_lock_attempts before update of username on app_public.users
  for each statement execute function app_private.tg_users__lock_attempts();
create or replace trigger _500_carry_attempts after update of username on app_public.users
  for each row execute function app_private.tg_users__carry_attempts();

create or replace trigger _050_lock_account before insert or delete on app_public.user_emails
  for each statement execute function app_private.tg__lock_account();

-- Tokens of mails end with the password that they were requested under.
--!include functions/one_time_tokens.sql
--!include functions/end_one_time_tokens.sql
--!include functions/change_password.sql
--!include functions/reset_password.sql
--!include functions/forgot_password.sql
--!include functions/tg_user_emails__announce.sql
--!include functions/resend_email_verification.sql
--!include functions/request_account_deletion.sql
--!include functions/prepare_password_reset.sql
--!include functions/prepare_email_verification.sql
--!include functions/prepare_account_deletion.sql
