--! Previous: sha1:f37649d3186ce73aa245c7fa3877c8277ab6b124
--! Hash: sha1:e58f2936667c5ffe1e37f12b32e35eb3279d274c
--! Message: e-mail, password reset and account deletion

create type app_private.token_purpose as enum ('email_verification', 'password_reset', 'account_deletion');
comment on type app_private.token_purpose is 'What a token from a mail is good for.';

create table app_private.one_time_tokens (
  token_hash bytea primary key,
  purpose app_private.token_purpose not null,
  user_id uuid not null references app_public.users on delete cascade,
  email_id uuid references app_public.user_emails on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index one_time_tokens_user_id_idx on app_private.one_time_tokens (user_id);
create index one_time_tokens_email_id_idx on app_private.one_time_tokens (email_id);
create index one_time_tokens_expires_at_idx on app_private.one_time_tokens (expires_at);
-- No policy, no grant: definer functions and the worker only.
alter table app_private.one_time_tokens enable row level security;
comment on table app_private.one_time_tokens is 'The hashes of tokens that were mailed and not used yet.';

create table app_private.sent_mails (
  id bigint generated always as identity primary key,
  kind text not null,
  address_key bytea not null,
  sent_at timestamptz not null default clock_timestamp()
);
create index sent_mails_address_key_idx on app_private.sent_mails (address_key, kind, sent_at);
-- No policy, no grant: the worker only.
alter table app_private.sent_mails enable row level security;
comment on table app_private.sent_mails is 'How many mails that anybody can cause went where, under an HMAC of the address.';

--! Included functions/one_time_tokens.sql
-- 32 random bytes go out in a mail; only their SHA-256 stays. A plain hash is enough: there is nothing to guess in
-- 256 random bits. Called by the worker when it sends, so no plaintext ever lies in a table or a job.
create or replace function app_private.create_one_time_token(
  purpose app_private.token_purpose,
  user_id uuid,
  email_id uuid default null
) returns text
language plpgsql volatile set search_path from current
as $$
declare
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), E'+/=\n', '-_');
begin
  insert into app_private.one_time_tokens (token_hash, purpose, user_id, email_id, expires_at)
  values (
    public.digest(token, 'sha256'),
    create_one_time_token.purpose,
    create_one_time_token.user_id,
    create_one_time_token.email_id,
    now() + case create_one_time_token.purpose when 'email_verification' then interval '24 hours' else interval '1 hour' end
  );
  return token;
end;
$$;
comment on function app_private.create_one_time_token(app_private.token_purpose, uuid, uuid) is
  'Makes a token for a mail and returns it, the only time it is seen. Verification: 24 hours; others: 1 hour.';

-- The delete is the proof: of twenty uses at once, one deletes the row and nineteen find none.
create or replace function app_private.use_one_time_token(purpose app_private.token_purpose, token text)
returns app_private.one_time_tokens
language plpgsql volatile set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  delete from app_private.one_time_tokens
  where token_hash = public.digest(use_one_time_token.token, 'sha256')
    and one_time_tokens.purpose = use_one_time_token.purpose
    and expires_at > now()
  returning * into used;

  if not found then
    raise exception 'This link has been used, or is too old. Ask for a new one.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;

  -- Whatever else was mailed for the same end is spent with it.
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = used.user_id
    and one_time_tokens.purpose = used.purpose
    and one_time_tokens.email_id is not distinct from used.email_id;
  return used;
end;
$$;
comment on function app_private.use_one_time_token(app_private.token_purpose, text) is
  'Spends a token and returns what it was for; raises INVALID_TOKEN if it is unknown, used, too old or for something else.';
--! EndIncluded functions/one_time_tokens.sql
--! Included functions/may_send_mail.sql
-- Counted when sent and not when tried: a mail server that is down for an hour must not use the mails up.
create or replace function app_private.may_send_mail(kind text, address text) returns boolean
language sql stable set search_path from current
as $$
  select count(*) < 5
  from app_private.sent_mails
  where sent_mails.kind = may_send_mail.kind
    and address_key = app_private.login_name_key(address)
    and sent_at > now() - interval '1 hour';
$$;
comment on function app_private.may_send_mail(text, text) is
  'Whether another mail that anybody can cause may go to an address: at most 5 of a kind in an hour.';

create or replace function app_private.note_mail_sent(kind text, address text) returns void
language sql volatile set search_path from current
as $$
  insert into app_private.sent_mails (kind, address_key)
  values (note_mail_sent.kind, app_private.login_name_key(address));
$$;
comment on function app_private.note_mail_sent(text, text) is 'Counts a mail that was sent, for may_send_mail.';
--! EndIncluded functions/may_send_mail.sql
--! Included functions/set_primary_email.sql
create or replace function app_private.set_primary_email(user_id uuid, email_id uuid) returns void
language sql volatile set search_path from current
as $$
  -- In this order: at no moment may two be primary.
  update app_public.user_emails set is_primary = false
  where user_emails.user_id = set_primary_email.user_id and is_primary and id <> set_primary_email.email_id;
  update app_public.user_emails set is_primary = true
  where user_emails.user_id = set_primary_email.user_id and id = set_primary_email.email_id;
$$;
comment on function app_private.set_primary_email(uuid, uuid) is 'Makes one address of an account its primary one.';
--! EndIncluded functions/set_primary_email.sql
--! Included functions/mark_email_verified.sql
create or replace function app_private.mark_email_verified(email_id uuid) returns void
language plpgsql volatile set search_path from current
as $$
declare
  proved app_public.user_emails;
  actor text := coalesce(current_setting('app.user_id', true), '');
begin
  update app_public.user_emails
  set is_verified = true
  where id = mark_email_verified.email_id and not is_verified
  returning * into proved;
  if not found then
    return;
  end if;

  -- Others merely claimed it; the claims end with the proof. Nobody has asked for that, so the guard is not asked
  -- either, not even when a reset is completed in a browser that is logged in to one of those accounts.
  perform set_config('app.user_id', '', true);
  delete from app_public.user_emails where email = proved.email and id <> proved.id;
  perform set_config('app.user_id', actor, true);

  -- Mail should go where it is known to arrive.
  if not proved.is_primary and not exists (
    select 1 from app_public.user_emails where user_id = proved.user_id and is_primary and is_verified
  ) then
    perform app_private.set_primary_email(proved.user_id, proved.id);
  end if;
  perform app_private.record_event('email_verified', proved.user_id, jsonb_build_object('email', proved.email));
end;
$$;
comment on function app_private.mark_email_verified(uuid) is
  'Notes that an address is its account''s, ends rival claims to it, and makes it primary if no verified one is.';
--! EndIncluded functions/mark_email_verified.sql

-- Addresses of one's own: created and deleted like any row, under the guard's eye. Nothing about them is updated by hand.
create policy insert_own on app_public.user_emails for insert to webuser
  with check (user_id = (select app_public.current_user_id()));
create policy delete_own on app_public.user_emails for delete to webuser
  using (user_id = (select app_public.current_user_id()));
grant insert (email), delete on app_public.user_emails to webuser;

--! Included functions/tg_user_emails__guard.sql
-- A stolen session must not be enough to take the account over through a new address.
create or replace function app_private.tg_user_emails__guard() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
declare
  email app_public.user_emails := case tg_op when 'DELETE' then old else new end;
begin
  -- Not a request of the account's own user: registering, a rival's claim that ends, or the account that goes.
  if email.user_id is distinct from app_public.current_user_id()
    or not exists (select 1 from app_public.users where id = email.user_id)
  then
    return email;
  end if;

  perform app_private.assert_recently_authenticated();
  -- Two deletes at once, each leaving the other's address, would leave none.
  perform 1 from app_public.users where id = email.user_id for no key update;

  if tg_op = 'DELETE' and not exists (
    select 1 from app_public.user_emails
    where user_id = old.user_id and id <> old.id and (is_verified or not old.is_verified)
  ) then
    raise exception 'Keep at least one address, and one verified address if there is one.'
      using errcode = 'RG000', hint = 'LAST_EMAIL';
  end if;
  if tg_op = 'INSERT' and (select count(*) from app_public.user_emails where user_id = new.user_id) >= 10 then
    raise exception 'An account has at most 10 addresses.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'email';
  end if;
  return email;
end;
$$;
comment on function app_private.tg_user_emails__guard() is
  'Asks for a recent password before a user adds or removes an address, and keeps the last one.';
--! EndIncluded functions/tg_user_emails__guard.sql
create trigger _200_guard before insert or delete on app_public.user_emails
  for each row execute function app_private.tg_user_emails__guard();
--! Included functions/tg_user_emails__announce.sql
create or replace function app_private.tg_user_emails__announce() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
declare
  next_primary uuid;
begin
  if tg_op = 'INSERT' then
    if not new.is_verified then
      perform graphile_worker.add_job(
        'send_email_verification',
        json_build_object('emailId', new.id),
        job_key => 'send_email_verification:' || new.id
      );
    end if;
    if not new.is_primary then
      perform app_private.record_event('email_added', new.user_id, jsonb_build_object('email', new.email));
      perform app_private.notify_user(new.user_id, 'email_added', jsonb_build_object('email', new.email));
    end if;
    return new;
  end if;

  if not exists (select 1 from app_public.users where id = old.user_id) then
    return old;
  end if;
  if old.is_primary then
    select id into next_primary from app_public.user_emails
    where user_id = old.user_id order by is_verified desc, created_at, id limit 1;
    perform app_private.set_primary_email(old.user_id, next_primary);
  end if;
  if old.user_id = app_public.current_user_id() then
    perform app_private.record_event('email_removed', old.user_id, jsonb_build_object('email', old.email));
  else
    -- Another account has proved the address. Which one, and from where, is nothing that this one may read.
    insert into app_public.audit_events (action, user_id, details)
    values ('email_removed', old.user_id, jsonb_build_object('email', old.email));
  end if;
  perform app_private.notify_user(
    old.user_id,
    'email_removed',
    jsonb_build_object('email', old.email),
    -- A claim that was never proved may be a stranger's address; strangers get no mail about somebody's account.
    also_to => case when old.is_verified then old.email::text end
  );
  return old;
end;
$$;
comment on function app_private.tg_user_emails__announce() is
  'Sends what a new or a removed address calls for: its verification, and word to the account''s other addresses.';
--! EndIncluded functions/tg_user_emails__announce.sql
create trigger _500_announce after insert or delete on app_public.user_emails
  for each row execute function app_private.tg_user_emails__announce();

--! Included functions/prepare_email_verification.sql
-- Who registers with an address that somebody else has verified gets the answer that everybody gets; the address
-- gets a mail that tells its owner.
create or replace function app_private.prepare_email_verification(
  email_id uuid,
  out kind text,
  out address text,
  out username text,
  out token text
)
language plpgsql volatile set search_path from current
as $$
declare
  claim app_public.user_emails;
begin
  select * into claim from app_public.user_emails where id = email_id and not is_verified;
  if not found or not app_private.may_send_mail('email_verification', claim.email::text) then
    return;
  end if;

  address := claim.email::text;
  select users.username into username from app_public.users where users.id = claim.user_id;
  if exists (select 1 from app_public.user_emails where email = claim.email and is_verified) then
    kind := 'address_taken';
  else
    kind := 'email_verification';
    token := app_private.create_one_time_token('email_verification', claim.user_id, claim.id);
  end if;
end;
$$;
comment on function app_private.prepare_email_verification(uuid) is
  'For the worker: what to mail to a claimed address; kind null for nothing (verified or gone by now, too many mails).';
--! EndIncluded functions/prepare_email_verification.sql
--! Included functions/verify_email.sql
-- Needs the session of the account that the mail names: a link that somebody else caused, opened by the owner of
-- the address, must not give the address to the other's account.
create or replace function app_public.verify_email(token text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  used := app_private.use_one_time_token('email_verification', token);
  if used.user_id is distinct from app_public.current_user_id() then
    raise exception 'Log in as the account that the mail names, then open the link again.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;
  perform app_private.mark_email_verified(used.email_id);
  return true;
end;
$$;
comment on function app_public.verify_email(text) is
  'Proves an address of the current user with the token of a mail. Errors: INVALID_TOKEN.';
--! EndIncluded functions/verify_email.sql
--! Included functions/resend_email_verification.sql
create or replace function app_public.resend_email_verification(email_id uuid) returns boolean
language sql volatile strict security definer set search_path from current
as $$
  select graphile_worker.add_job(
    'send_email_verification',
    json_build_object('emailId', id),
    job_key => 'send_email_verification:' || id
  )
  from app_public.user_emails
  where id = resend_email_verification.email_id
    and user_id = app_public.current_user_id()
    and not is_verified;
  select true;
$$;
comment on function app_public.resend_email_verification(uuid) is
  'Sends the verification mail of an address of the current user again. Answers alike for any id.';
--! EndIncluded functions/resend_email_verification.sql
--! Included functions/make_email_primary.sql
create or replace function app_public.make_email_primary(email_id uuid) returns app_public.user_emails
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  chosen app_public.user_emails;
begin
  perform app_private.assert_recently_authenticated();
  select * into chosen from app_public.user_emails
  where id = make_email_primary.email_id and user_id = app_public.current_user_id();
  if not found then
    raise exception 'There is no such address in your account.' using errcode = 'RG000', hint = 'NOT_FOUND';
  end if;
  if not chosen.is_verified then
    raise exception 'Verify this address first.' using errcode = 'RG000', hint = 'EMAIL_NOT_VERIFIED';
  end if;

  if not chosen.is_primary then
    perform app_private.set_primary_email(chosen.user_id, chosen.id);
    perform app_private.record_event('email_made_primary', chosen.user_id, jsonb_build_object('email', chosen.email));
    perform app_private.notify_user(chosen.user_id, 'primary_email_changed', jsonb_build_object('email', chosen.email));
    select * into chosen from app_public.user_emails where id = chosen.id;
  end if;
  return chosen;
end;
$$;
comment on function app_public.make_email_primary(uuid) is
  'Sends the account''s mail to this address from now on. Errors: REAUTHENTICATION_REQUIRED, NOT_FOUND, EMAIL_NOT_VERIFIED.';
--! EndIncluded functions/make_email_primary.sql
grant execute on function
  app_public.verify_email(text),
  app_public.resend_email_verification(uuid),
  app_public.make_email_primary(uuid)
to webuser;

--! Included functions/forgot_password.sql
-- The same work for every address, known or not: the worker finds out whose it is, and mails accordingly.
create or replace function app_public.forgot_password(email text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  address text := trim(forgot_password.email);
begin
  -- Without < and >: mail programs leave them out, so each way to add some would be counted as an address of its own.
  if address !~ '^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$' or octet_length(address) > 254 then
    raise exception 'This is not an e-mail address.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'email';
  end if;
  perform graphile_worker.add_job(
    'send_password_reset',
    json_build_object('email', address),
    -- Asking twice before the first mail is out brings one mail.
    job_key => 'send_password_reset:' || encode(app_private.login_name_key(address), 'hex')
  );
  return true;
end;
$$;
comment on function app_public.forgot_password(text) is
  'Sends a mail with which the password can be set anew, or one that says that nobody has this address. Answers alike for both.';
--! EndIncluded functions/forgot_password.sql
--! Included functions/prepare_password_reset.sql
-- A reset goes to a verified address, or to the only claim of an account that has not verified any: there,
-- completing the reset proves the address. An address that several claim unverified belongs to nobody yet.
create or replace function app_private.prepare_password_reset(
  address text,
  out kind text,
  out username text,
  out token text
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
  select users.username into username from app_public.users where users.id = target.user_id;
  token := app_private.create_one_time_token('password_reset', target.user_id, target.id);
  perform app_private.record_event('password_reset_sent', target.user_id);
end;
$$;
comment on function app_private.prepare_password_reset(text) is
  'For the worker: what to mail to an address whose password was forgotten; kind null for nothing (too many mails).';
--! EndIncluded functions/prepare_password_reset.sql
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

  update app_private.user_secrets
  set password_hash = app_private.hash_password(new_password), password_changed_at = now()
  where user_id = used.user_id;

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
grant execute on function app_public.forgot_password(text), app_public.reset_password(text, text) to anonymous, webuser;

--! Included functions/assert_other_administrator.sql
-- Locks every administrator's account, always in the same order: two administrators who demote each other at the
-- same moment are judged one after the other, and the second is the last one.
create or replace function app_private.assert_other_administrator(user_id uuid) returns void
language plpgsql volatile set search_path from current
as $$
declare
  is_one boolean;
  others integer;
begin
  perform 1 from app_public.user_accounts where role = 'administrator' order by user_accounts.user_id for update;

  select
    coalesce(bool_or(user_accounts.user_id = assert_other_administrator.user_id), false),
    count(*) filter (where user_accounts.user_id <> assert_other_administrator.user_id)
  into is_one, others
  from app_public.user_accounts
  where role = 'administrator' and suspended_at is null;

  if is_one and others = 0 then
    raise exception 'Make somebody else an administrator first.' using errcode = 'RG000', hint = 'LAST_ADMINISTRATOR';
  end if;
end;
$$;
comment on function app_private.assert_other_administrator(uuid) is
  'Raises LAST_ADMINISTRATOR if no administrator would be left without this user.';
--! EndIncluded functions/assert_other_administrator.sql
--! Included functions/request_account_deletion.sql
create or replace function app_public.request_account_deletion(password text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
begin
  if not app_private.check_current_password(request_account_deletion.password) then
    return null;
  end if;
  perform app_private.assert_other_administrator(app_public.current_user_id());
  perform app_private.record_event('account_deletion_requested', app_public.current_user_id());
  perform graphile_worker.add_job(
    'send_account_deletion',
    json_build_object('userId', app_public.current_user_id()),
    job_key => 'send_account_deletion:' || app_public.current_user_id()
  );
  return true;
end;
$$;
comment on function app_public.request_account_deletion(text) is
  'Sends a mail with which the account can be deleted within the hour. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, LAST_ADMINISTRATOR.';
--! EndIncluded functions/request_account_deletion.sql
--! Included functions/prepare_account_deletion.sql
create or replace function app_private.prepare_account_deletion(
  user_id uuid,
  out address text,
  out username text,
  out token text
)
language plpgsql volatile set search_path from current
as $$
begin
  select user_emails.email::text, users.username::text into address, username
  from app_public.users
  join app_public.user_emails on user_emails.user_id = users.id and user_emails.is_primary
  where users.id = prepare_account_deletion.user_id;
  if found and app_private.may_send_mail('account_deletion', address) then
    token := app_private.create_one_time_token('account_deletion', prepare_account_deletion.user_id);
  end if;
end;
$$;
comment on function app_private.prepare_account_deletion(uuid) is
  'For the worker: where to send the confirmation of a deletion; token null for nothing to send.';
--! EndIncluded functions/prepare_account_deletion.sql
--! Included functions/confirm_account_deletion.sql
-- Needs the account's session as well as its mail: a link alone must not delete anything, because programs open links.
create or replace function app_public.confirm_account_deletion(token text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  used := app_private.use_one_time_token('account_deletion', token);
  if used.user_id is distinct from app_public.current_user_id() then
    raise exception 'Log in as the account that the mail names, then open the link again.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;
  perform app_private.assert_other_administrator(used.user_id);

  perform app_private.record_event('account_deleted', used.user_id);
  perform app_private.notify_user(used.user_id, 'account_deleted');
  delete from app_public.users where id = used.user_id;
  return true;
end;
$$;
comment on function app_public.confirm_account_deletion(text) is
  'Deletes the account and everything of it, but for its audit events. Cannot be undone. Errors: INVALID_TOKEN, LAST_ADMINISTRATOR.';
--! EndIncluded functions/confirm_account_deletion.sql
grant execute on function
  app_public.request_account_deletion(text),
  app_public.confirm_account_deletion(text)
to webuser;
