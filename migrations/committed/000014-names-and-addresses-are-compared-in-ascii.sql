--! Previous: sha1:fdc8c6748d35860a749e959615873ebd6e8aa991
--! Hash: sha1:a441edda1eab68b50e2940ead0cfdffff270b006
--! Message: names and addresses are compared in ascii

-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.

-- User names and addresses are text and compared by app_hidden.identity_key, no longer as citext, which equates letters
-- that a mail system tells apart.
--! Included functions/identity_key.sql
-- Whether two user names, or two addresses, are the same one is decided by this function alone: in unique indexes, in
-- every look-up, and in the keys of throttles. Only A–Z are folded. `lower` and citext follow Unicode and the locale of
-- the database, where İ is i and K (the Kelvin sign) is k: a look-up would find the account of another address.
create or replace function app_hidden.identity_key(identifier text) returns text
language sql immutable strict parallel safe
as $$
  select pg_catalog.translate(
    pg_catalog.btrim(identifier, ' '), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'
  );
$$;
comment on function app_hidden.identity_key(text) is
  'By what user names and addresses are compared: two that have the same key are one. Folds ASCII letters, and no others.';
--! EndIncluded functions/identity_key.sql
grant execute on function app_hidden.identity_key(text) to anonymous, webuser;
--! Included functions/is_email_address.sql
-- Refused, because one mailbox could be written in many ways or a reader could not see what is written: quoted local
-- parts, backslashes, comments, IP addresses, dots at the ends, characters that Unicode calls compatible with others,
-- white space, and characters that are invisible. Domains are ASCII: the server writes others in their IDNA form.
create or replace function app_hidden.is_email_address(address text) returns boolean
language sql immutable strict parallel safe
as $$
  select case
    when octet_length(address) > 254 then false
    when address !~ '^[^\s@"(),:;<>[\\\]\u0001-\u001f\u007f]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$' then false
    when address ~ '^\.|\.\.|\.@' then false
    when address !~ '[^ -~]' then true
    else address is nfkc normalized
      and address !~ '[\u0080-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]'
  end;
$$;
comment on function app_hidden.is_email_address(text) is
  'Whether a text is an e-mail address that an account may have. Its domain is in ASCII.';
--! EndIncluded functions/is_email_address.sql
grant execute on function app_hidden.is_email_address(text) to webuser;

drop trigger if exists _500_announce_rename on app_public.users;
drop trigger if exists _200_check_email on app_public.user_emails;
alter table app_public.users
  drop constraint if exists users_username_key,
  drop constraint if exists users_username_check,
  alter column username type text;
drop index if exists app_public.users_username_key, app_public.users_username_idx;

alter table app_public.user_emails
  drop constraint if exists user_emails_user_id_email_key,
  drop constraint if exists user_emails_email_check,
  alter column email type text;
drop index if exists
  app_public.user_emails_user_id_email_key,
  app_public.user_emails_verified_email_key,
  app_public.user_emails_email_key_idx,
  app_public.user_emails_email_idx;

-- Mails: to the stored address, to verified ones if they are notices, and each counted for the mailbox it goes to.
drop function if exists app_private.may_send_mail(text, text);
drop function if exists app_private.note_mail_sent(text, text);
drop function if exists app_private.prepare_account_deletion(uuid);
drop function if exists app_private.prepare_email_verification(uuid);
drop function if exists app_private.prepare_password_reset(text);
--! Included functions/login_throttle.sql
-- The throttle counts failed guesses for each login name, existing or not. A name is kept only as an HMAC under
-- a key of this database, so the table does not tell who tried to log in.
create or replace function app_private.login_name_key(login_name text) returns bytea
language sql stable set search_path from current
as $$
  select public.hmac(convert_to(app_hidden.identity_key(login_name), 'UTF8'), settings.throttle_key, 'sha256')
  from app_private.settings;
$$;
comment on function app_private.login_name_key(text) is 'Under which key the failed guesses of a login name are counted.';

-- Locks the name's counter until the end of the transaction, so that fifty guesses at once are judged one after
-- another and count as fifty. Raises while the name has to wait: that changes nothing, so it may roll back.
create or replace function app_private.begin_login_attempt(login_name text) returns bytea
language plpgsql volatile set search_path from current
as $$
declare
  attempts app_private.login_attempts;
  wait_seconds integer;
begin
  insert into app_private.login_attempts (login_name_key)
  values (app_private.login_name_key(login_name))
  on conflict (login_name_key) do update set login_name_key = excluded.login_name_key
  returning * into attempts;

  wait_seconds := ceil(extract(epoch from attempts.retry_after - clock_timestamp()));
  if wait_seconds > 0 then
    raise exception 'Too many attempts. Try again in % seconds.', wait_seconds
      using errcode = 'RG000', hint = 'TOO_MANY_ATTEMPTS', detail = wait_seconds::text;
  end if;
  return attempts.login_name_key;
end;
$$;
comment on function app_private.begin_login_attempt(text) is
  'Locks the counter of a login name and returns its key; raises TOO_MANY_ATTEMPTS (detail: seconds) while it has to wait.';

-- The caller must then *return*, not raise: a raise would roll the count back.
create or replace function app_private.fail_login_attempt(key bytea) returns void
language sql volatile set search_path from current
as $$
  update app_private.login_attempts
  set
    failures = case when counts then failures + 1 else 1 end,
    last_failed_at = clock_timestamp(),
    -- After 5 failures a minute, doubling with each further one, at most 15 minutes (OWASP ASVS 6.3).
    retry_after = case
      when counts and failures + 1 >= 5
        then clock_timestamp() + least(interval '1 minute' * 2 ^ least(failures + 1 - 5, 10), interval '15 minutes')
    end
  -- Failures are forgotten 5 minutes after the last one, or after the wait it brought.
  from (
    select login_name_key as key_of, greatest(last_failed_at, retry_after) > clock_timestamp() - interval '5 minutes' as counts
    from app_private.login_attempts
    where login_name_key = fail_login_attempt.key
  ) as previous
  where login_name_key = previous.key_of;
$$;
comment on function app_private.fail_login_attempt(bytea) is 'Counts one failed guess, and sets the wait it brings.';

create or replace function app_private.clear_login_attempts(key bytea) returns void
language sql volatile set search_path from current
as $$
  delete from app_private.login_attempts where login_name_key = clear_login_attempts.key;
$$;
comment on function app_private.clear_login_attempts(bytea) is 'Forgets the failures of a login name, after a success.';
--! EndIncluded functions/login_throttle.sql
--! Included functions/find_users.sql
-- The only look-up of a user by a name or an address. User names hold no @, so the two halves never meet.
create or replace function app_private.find_users(login_name text)
returns table (user_id uuid, email_id uuid, is_proved boolean)
language sql stable set search_path from current
as $$
  select users.id, null::uuid, true
  from app_public.users
  where app_hidden.identity_key(users.username) = app_hidden.identity_key(login_name)
  union all
  select user_emails.user_id, user_emails.id, user_emails.is_verified
  from app_public.user_emails
  where app_hidden.identity_key(user_emails.email) = app_hidden.identity_key(login_name);
$$;
comment on function app_private.find_users(text) is
  'Who has a user name, has verified an address (both: is_proved), or merely claims it.';
--! EndIncluded functions/find_users.sql
--! Included functions/find_user_id_by_login_name.sql
-- A claim that is not verified logs in to nothing. If the only claim did, its claimant would learn from the answer
-- whether another account has the address.
create or replace function app_private.find_user_id_by_login_name(login_name text) returns uuid
language sql stable set search_path from current
as $$
  select user_id from app_private.find_users(login_name) where is_proved;
$$;
comment on function app_private.find_user_id_by_login_name(text) is
  'Whom a user name or a verified address logs in; null for nobody.';
--! EndIncluded functions/find_user_id_by_login_name.sql
--! Included functions/login.sql
-- Wrong credentials give a null row, not an error: the counted failure must be committed. The server turns null
-- into INVALID_CREDENTIALS after the commit.
create or replace function app_public.login(username text, password text) returns app_public.sessions
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  found_user_id uuid := app_private.check_credentials(login.username, login.password);
begin
  if found_user_id is null then
    return null;
  end if;
  return app_private.create_session(found_user_id, 'cookie');
end;
$$;
comment on function app_public.login(text, text) is
  'Logs in with a user name or a verified e-mail. The session of the request, if any, ends. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS (retryAfter), ACCOUNT_SUSPENDED.';
--! EndIncluded functions/login.sql
--! Included functions/forgot_password.sql
-- The same work for every address, known or not: the worker finds out whose it is, and mails accordingly.
create or replace function app_public.forgot_password(email text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  address text := trim(forgot_password.email);
begin
  if not app_hidden.is_email_address(address) then
    raise exception 'This is not an e-mail address. Check its spelling.'
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
  'Sends a mail with which the password can be reset, or one that says that no account has this address. Answers alike for both.';
--! EndIncluded functions/forgot_password.sql
--! Included functions/reserve_mail.sql
-- One mailbox has many spellings. Those that most mail systems deliver to the same mailbox share one limit: another
-- case, a tag after +, dots in the local part, quotes, and characters that Unicode calls compatible. Two mailboxes that
-- share a limit by accident lose nothing but some mails of an hour in which they are flooded.
create or replace function app_private.mailbox_key(address text) returns bytea
language sql stable set search_path from current
as $$
  select public.hmac(
    convert_to(
      coalesce(
        translate(regexp_replace(substring(plain from '^(.*)@'), '(?<=.)\+.*', ''), '."\ ', '') || substring(plain from '@[^@]*$'),
        plain
      ),
      'UTF8'
    ),
    settings.throttle_key,
    'sha256'
  )
  from app_private.settings, btrim(lower(normalize(address, NFKC))) as plain;
$$;
comment on function app_private.mailbox_key(text) is
  'Under which key mails to an address are counted; the same for all spellings of one mailbox.';

-- Reserved before it is sent, under a lock on the mailbox: workers that send at the same moment cannot exceed the limit.
-- Each kind has a limit of its own, so that mails that a stranger can cause do not keep back a notice or a reset.
create or replace function app_private.reserve_mail(kind text, address text) returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  key bytea := app_private.mailbox_key(address);
  reserved bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(reserve_mail.kind || encode(key, 'hex'), 0));
  insert into app_private.sent_mails (kind, address_key)
  select reserve_mail.kind, key
  where (
    select count(*) < 5
    from app_private.sent_mails
    where sent_mails.kind = reserve_mail.kind and address_key = key and sent_at > now() - interval '1 hour'
  )
  returning id into reserved;
  return reserved;
end;
$$;
comment on function app_private.reserve_mail(text, text) is
  'Counts a mail that is about to be sent to an address, at most 5 of a kind in an hour. Null: do not send it.';

create or replace function app_private.release_mail(reserved bigint) returns void
language sql volatile set search_path from current
as $$
  delete from app_private.sent_mails where id = release_mail.reserved;
$$;
comment on function app_private.release_mail(bigint) is
  'Gives a reservation back when the mail could not be sent, so that a mail server that is down uses up no mails.';
--! EndIncluded functions/reserve_mail.sql
comment on table app_private.sent_mails is 'Which mails went to a mailbox within the last day, under an HMAC of its address.';
--! Included functions/prepare_account_deletion.sql
create or replace function app_private.prepare_account_deletion(
  user_id uuid,
  out address text,
  out username text,
  out token text,
  out mail_id bigint
)
language plpgsql volatile set search_path from current
as $$
begin
  select user_emails.email, users.username into address, username
  from app_public.users
  join app_public.user_emails on user_emails.user_id = users.id and user_emails.is_primary
  where users.id = prepare_account_deletion.user_id;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail('account_deletion', address);
  if mail_id is not null then
    token := app_private.create_one_time_token('account_deletion', prepare_account_deletion.user_id);
  end if;
end;
$$;
comment on function app_private.prepare_account_deletion(uuid) is
  'For the worker: where to send the confirmation of a deletion; token null for nothing to send.';
--! EndIncluded functions/prepare_account_deletion.sql
--! Included functions/prepare_email_verification.sql
-- A registration with an address that another account has verified is answered like any other; the owner of the address
-- is told by mail.
create or replace function app_private.prepare_email_verification(
  email_id uuid,
  out kind text,
  out address text,
  out username text,
  out token text,
  out mail_id bigint
)
language plpgsql volatile set search_path from current
as $$
declare
  claim app_public.user_emails;
begin
  select * into claim from app_public.user_emails where id = email_id and not is_verified;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail('email_verification', claim.email);
  if mail_id is null then
    return;
  end if;

  address := claim.email;
  select users.username into username from app_public.users where users.id = claim.user_id;
  if exists (select 1 from app_private.find_users(claim.email) where is_proved) then
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
--! Included functions/prepare_password_reset.sql
-- A reset goes to a verified address, or to the only claim of an account that has not verified any: there,
-- completing the reset proves the address. An address that several claim unverified belongs to nobody yet.
-- The mail goes to the address as the account has it, never to the one that was typed.
create or replace function app_private.prepare_password_reset(
  typed_address text,
  out kind text,
  out address text,
  out username text,
  out token text,
  -- Whose event it is, once the mail is out.
  out user_id uuid,
  out mail_id bigint
)
language plpgsql volatile set search_path from current
as $$
declare
  target app_public.user_emails;
begin
  select user_emails.* into target
  from app_private.find_users(typed_address) as found
  join app_public.user_emails on user_emails.id = found.email_id
  where found.is_proved
    or (
      not exists (
        select 1 from app_private.find_users(typed_address) as rival where rival.email_id <> found.email_id
      )
      and not exists (
        select 1 from app_public.user_emails as other where other.user_id = found.user_id and other.is_verified
      )
    );

  address := coalesce(target.email, typed_address);
  mail_id := app_private.reserve_mail('password_reset', address);
  if mail_id is null then
    return;
  end if;
  if target.id is null then
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
--! Included functions/notify_user.sql
-- Resolved to addresses now, because the change itself may remove them. Every verified address gets the mail, so that
-- a thief who has added one of their own cannot hide the change from the owner. An address that is not verified gets
-- none: it may be a stranger's.
create or replace function app_private.notify_user(
  user_id uuid,
  kind text,
  details jsonb default '{}',
  also_to text default null
) returns void
language sql volatile set search_path from current
as $$
  select graphile_worker.add_job(
    'send_notice',
    json_build_object(
      'kind', notify_user.kind,
      'to', recipients.email,
      'userId', users.id,
      'username', users.username,
      'details', notify_user.details
    )
  )
  from app_public.users
  cross join lateral (
    select email from app_public.user_emails where user_emails.user_id = users.id and is_verified
    union
    select notify_user.also_to where notify_user.also_to is not null
  ) as recipients (email)
  where users.id = notify_user.user_id;
$$;
comment on function app_private.notify_user(uuid, text, jsonb, text) is
  'Enqueues a mail to each verified address of an account about a change to it, in the transaction of the change.';
--! EndIncluded functions/notify_user.sql
--! Included functions/mark_email_verified.sql
create or replace function app_private.mark_email_verified(email_id uuid) returns void
language plpgsql volatile set search_path from current
as $$
declare
  proved app_public.user_emails;
begin
  update app_public.user_emails
  set is_verified = true
  where id = mark_email_verified.email_id and not is_verified
  returning * into proved;
  if not found then
    return;
  end if;

  -- Others merely claimed it, and can no longer verify it. Their claims stay as they are: one that disappeared would tell
  -- its claimant that another account has the address.
  delete from app_private.one_time_tokens
  where one_time_tokens.email_id in (
    select rival.email_id from app_private.find_users(proved.email) as rival where rival.email_id <> proved.id
  );

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
  'Notes that an address is its account''s, ends what rivals could verify it with, and makes it primary if no verified one is.';
--! EndIncluded functions/mark_email_verified.sql
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
  perform app_private.record_event('email_removed', old.user_id, jsonb_build_object('email', old.email));
  perform app_private.notify_user(
    old.user_id,
    'email_removed',
    jsonb_build_object('email', old.email),
    -- An address that was never verified may be a stranger's.
    also_to => case when old.is_verified then old.email end
  );
  return old;
end;
$$;
comment on function app_private.tg_user_emails__announce() is
  'Sends the verification of a new address, and tells the account''s verified addresses what was added or removed.';
--! EndIncluded functions/tg_user_emails__announce.sql
--! Included functions/tg_user_emails__guard.sql
-- A stolen session must not be enough to take the account over through a new address.
create or replace function app_private.tg_user_emails__guard() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
declare
  email app_public.user_emails := case tg_op when 'DELETE' then old else new end;
begin
  -- Not a request of the account's own user: registering, or the deletion of the account.
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

--! Included functions/tg_users__announce_rename.sql
create or replace function app_private.tg_users__announce_rename() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
begin
  perform app_private.record_event(
    'username_changed', new.id, jsonb_build_object('from', old.username, 'to', new.username)
  );
  perform app_private.notify_user(new.id, 'username_changed', jsonb_build_object('name', old.username));
  return null;
end;
$$;
comment on function app_private.tg_users__announce_rename() is 'Records that a user name was changed, and tells its owner by mail.';
--! EndIncluded functions/tg_users__announce_rename.sql
create trigger _500_announce_rename after update of username on app_public.users
  for each row when (old.username is distinct from new.username)
  execute function app_private.tg_users__announce_rename();

-- Two accounts may have names that citext told apart and identity_key does not, in a database whose locale folds ASCII
-- letters otherwise (Turkish: I is not i). No account is merged or lost: the oldest keeps the name, each other one gets
-- another name, which its audit events and a mail tell. The same for names with letters that are no longer allowed.
do $$
declare
  renamed record;
  base text;
  candidate text;
  number integer;
begin
  for renamed in
    select id, username
    from (
      select id, username, row_number() over (partition by app_hidden.identity_key(username) order by created_at, id) as place
      from app_public.users
    ) as ranked
    where place > 1 or username !~ '^[A-Za-z][A-Za-z0-9_-]{1,31}$'
    order by place, id
  loop
    base := regexp_replace(translate(renamed.username, 'İı', 'Ii'), '[^A-Za-z0-9_-]', '', 'g');
    base := left(case when base ~ '^[A-Za-z].' then base else 'user-' || base end, 26);
    candidate := base;
    number := 1;
    while exists (
      select 1 from app_public.users
      where id <> renamed.id and app_hidden.identity_key(username) = app_hidden.identity_key(candidate)
    ) loop
      number := number + 1;
      candidate := base || '-' || number;
    end loop;
    update app_public.users set username = candidate where id = renamed.id;
    raise warning 'The user % is now named %: the former name is another account''s, or no longer allowed.', renamed.id, candidate;
  end loop;
end;
$$;
alter table app_public.users
  add constraint users_username_check check (username ~ '^[A-Za-z][A-Za-z0-9_-]{1,31}$');
create unique index users_username_key on app_public.users (app_hidden.identity_key(username));
-- For ordering and filters.
create index users_username_idx on app_public.users (username);
-- Keeps what the API derived from the constraint; the look-up by name is a function, which compares as everything else.
comment on table app_public.users is E'@unique username|@behavior -single\nThe public profile of an account.';
--! Included functions/user_by_username.sql
create or replace function app_public.user_by_username(username text) returns app_public.users
language sql stable strict parallel safe
as $$
  select users from app_public.users
  where app_hidden.identity_key(users.username) = app_hidden.identity_key(user_by_username.username);
$$;
comment on function app_public.user_by_username(text) is 'Get a single `User`, whatever the case in which the name is written.';
--! EndIncluded functions/user_by_username.sql
grant execute on function app_public.user_by_username(text) to anonymous, webuser;
comment on column app_public.users.username is
  'Unique, 2 to 32 ASCII letters, digits, `_` or `-`, first a letter; case is kept but not told apart.';

-- Of one account's addresses with the same key the verified or else the oldest stays. Of one that two accounts have
-- verified the oldest stays so, and the other becomes a claim, which its audit events tell.
delete from app_public.user_emails
where id in (
  select id
  from (
    select id, row_number() over (
      partition by user_id, app_hidden.identity_key(email) order by is_verified desc, is_primary desc, created_at, id
    ) as place
    from app_public.user_emails
  ) as ranked
  where place > 1
);
with disputed as (
  update app_public.user_emails set is_verified = false
  where id in (
    select id
    from (
      select id, row_number() over (partition by app_hidden.identity_key(email) order by created_at, id) as place
      from app_public.user_emails
      where is_verified
    ) as ranked
    where place > 1
  )
  returning user_id, email
)
insert into app_public.audit_events (action, user_id, details)
select 'email_disputed', user_id, jsonb_build_object('email', email) from disputed;

create unique index user_emails_user_id_email_key on app_public.user_emails (user_id, app_hidden.identity_key(email));
-- An address belongs to the account that has proved it; a claim does not keep others from it.
create unique index user_emails_verified_email_key on app_public.user_emails (app_hidden.identity_key(email)) where is_verified;
create index user_emails_email_key_idx on app_public.user_emails (app_hidden.identity_key(email));
-- For ordering and filters.
create index user_emails_email_idx on app_public.user_emails (email);
comment on table app_public.user_emails is E'@unique user_id,email\nThe e-mail addresses an account claims or has verified.';

-- The rule that every row has kept so far; the trigger adds what new addresses must keep as well.
alter table app_public.user_emails add constraint user_emails_email_check
  check (email ~ '^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$' and octet_length(email) <= 254) not valid;
do $$
begin
  alter table app_public.user_emails validate constraint user_emails_email_check;
exception when check_violation then
  raise warning 'app_public.user_emails holds addresses with < or >. Remove them, then validate user_emails_email_check.';
end;
$$;
--! Included functions/tg_user_emails__check_email.sql
-- A trigger and not a constraint: addresses that were accepted by an earlier rule stay usable, and a constraint would
-- refuse every later change of their rows. Reported as the constraint that it adds to.
create or replace function app_private.tg_user_emails__check_email() returns trigger
language plpgsql volatile set search_path from current
as $$
begin
  if not app_hidden.is_email_address(new.email) then
    raise exception 'This is not an e-mail address.'
      using errcode = 'check_violation', schema = 'app_public', table = 'user_emails', constraint = 'user_emails_email_check';
  end if;
  return new;
end;
$$;
comment on function app_private.tg_user_emails__check_email() is 'Refuses addresses that are not written in the one accepted form.';
--! EndIncluded functions/tg_user_emails__check_email.sql
create trigger _200_check_email before insert or update of email on app_public.user_emails
  for each row execute function app_private.tg_user_emails__check_email();

-- Domains that are not ASCII are converted by the worker, because SQL has no IDNA.
select graphile_worker.add_job('convert_email_domains', job_key => 'convert_email_domains')
where exists (select 1 from app_public.user_emails where email ~ '@.*[^ -~]');
