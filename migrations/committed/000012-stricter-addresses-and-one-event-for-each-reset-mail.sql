--! Previous: sha1:3c4f934cc0922793dc6ebd31771df85e529ec407
--! Hash: sha1:4222931ec0df4f5346f96714167cc187db5e685f
--! Message: stricter addresses and one event for each reset mail

-- < and > end up in the headers of mails, where programs disagree about whose address they are part of. Addresses that
-- were claimed before stay, so that no account is lost; but they can no longer be changed, and mails to them fail.
alter table app_public.user_emails drop constraint user_emails_email_check;
alter table app_public.user_emails add constraint user_emails_email_check
  check (email ~ '^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$' and octet_length(email::text) <= 254) not valid;
do $$
begin
  alter table app_public.user_emails validate constraint user_emails_email_check;
exception when check_violation then
  raise warning 'app_public.user_emails holds addresses with < or >. Remove them, then validate user_emails_email_check.';
end;
$$;

-- The event is recorded by the worker when the mail is out, not each time it tries to send it.
drop function if exists app_private.prepare_password_reset(text);
--! Included functions/prepare_password_reset.sql
-- A reset goes to a verified address, or to the only claim of an account that has not verified any: there,
-- completing the reset proves the address. An address that several claim unverified belongs to nobody yet.
create or replace function app_private.prepare_password_reset(
  address text,
  out kind text,
  out username text,
  out token text,
  -- Whose event it is, once the mail is out.
  out user_id uuid
)
language plpgsql volatile set search_path from current
as $$
declare
  target app_public.user_emails;
begin
  if not app_private.may_send_mail('password_reset', address) then
    return;
  end if;

  select user_emails.* into target
  from app_public.user_emails
  where user_emails.email = prepare_password_reset.address::public.citext
    and (
      user_emails.is_verified
      or (
        not exists (
          select 1 from app_public.user_emails as rival
          where rival.email = user_emails.email and rival.id <> user_emails.id
        )
        and not exists (
          select 1 from app_public.user_emails as other
          where other.user_id = user_emails.user_id and other.is_verified
        )
      )
    );

  if not found then
    kind := 'unknown_address';
    return;
  end if;

  kind := 'password_reset';
  user_id := target.user_id;
  select users.username into username from app_public.users where users.id = target.user_id;
  token := app_private.create_one_time_token('password_reset', target.user_id, target.id);
end;
$$;
comment on function app_private.prepare_password_reset(text) is
  'For the worker: what to mail to an address whose password was forgotten; kind null for nothing (too many mails).';
--! EndIncluded functions/prepare_password_reset.sql
