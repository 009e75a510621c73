--! Previous: sha1:a441edda1eab68b50e2940ead0cfdffff270b006
--! Hash: sha1:0df59b9576a337a64da662ae646d05d6d28edcad
--! Message: lock accounts where sessions and tokens are made or ended

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
--! Included functions/hash_password.sql
-- One password in all the ways in which keyboards and systems write it: fullwidth and halfwidth characters are replaced by
-- the ordinary ones (the width mapping of RFC 8265), and letters are composed (NFC). No character is refused.
-- The two lists are the characters whose decomposition Unicode calls <wide> or <narrow>, and what they stand for.
create or replace function app_private.normalize_password(password text) returns text
language sql immutable parallel safe set search_path from current
as $$
  select normalize(translate(
    password,
    U&'\3000\FF01\FF02\FF03\FF04\FF05\FF06\FF07\FF08\FF09\FF0A\FF0B\FF0C\FF0D\FF0E\FF0F\FF10\FF11\FF12\FF13'
    '\FF14\FF15\FF16\FF17\FF18\FF19\FF1A\FF1B\FF1C\FF1D\FF1E\FF1F\FF20\FF21\FF22\FF23\FF24\FF25\FF26\FF27'
    '\FF28\FF29\FF2A\FF2B\FF2C\FF2D\FF2E\FF2F\FF30\FF31\FF32\FF33\FF34\FF35\FF36\FF37\FF38\FF39\FF3A\FF3B'
    '\FF3C\FF3D\FF3E\FF3F\FF40\FF41\FF42\FF43\FF44\FF45\FF46\FF47\FF48\FF49\FF4A\FF4B\FF4C\FF4D\FF4E\FF4F'
    '\FF50\FF51\FF52\FF53\FF54\FF55\FF56\FF57\FF58\FF59\FF5A\FF5B\FF5C\FF5D\FF5E\FF5F\FF60\FF61\FF62\FF63'
    '\FF64\FF65\FF66\FF67\FF68\FF69\FF6A\FF6B\FF6C\FF6D\FF6E\FF6F\FF70\FF71\FF72\FF73\FF74\FF75\FF76\FF77'
    '\FF78\FF79\FF7A\FF7B\FF7C\FF7D\FF7E\FF7F\FF80\FF81\FF82\FF83\FF84\FF85\FF86\FF87\FF88\FF89\FF8A\FF8B'
    '\FF8C\FF8D\FF8E\FF8F\FF90\FF91\FF92\FF93\FF94\FF95\FF96\FF97\FF98\FF99\FF9A\FF9B\FF9C\FF9D\FF9E\FF9F'
    '\FFA0\FFA1\FFA2\FFA3\FFA4\FFA5\FFA6\FFA7\FFA8\FFA9\FFAA\FFAB\FFAC\FFAD\FFAE\FFAF\FFB0\FFB1\FFB2\FFB3'
    '\FFB4\FFB5\FFB6\FFB7\FFB8\FFB9\FFBA\FFBB\FFBC\FFBD\FFBE\FFC2\FFC3\FFC4\FFC5\FFC6\FFC7\FFCA\FFCB\FFCC'
    '\FFCD\FFCE\FFCF\FFD2\FFD3\FFD4\FFD5\FFD6\FFD7\FFDA\FFDB\FFDC\FFE0\FFE1\FFE2\FFE3\FFE4\FFE5\FFE6\FFE8'
    '\FFE9\FFEA\FFEB\FFEC\FFED\FFEE',
    U&' !"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
    '\2985\2986\3002\300C\300D\3001\30FB\30F2\30A1\30A3\30A5\30A7\30A9\30E3\30E5\30E7\30C3\30FC\30A2\30A4'
    '\30A6\30A8\30AA\30AB\30AD\30AF\30B1\30B3\30B5\30B7\30B9\30BB\30BD\30BF\30C1\30C4\30C6\30C8\30CA\30CB'
    '\30CC\30CD\30CE\30CF\30D2\30D5\30D8\30DB\30DE\30DF\30E0\30E1\30E2\30E4\30E6\30E8\30E9\30EA\30EB\30EC'
    '\30ED\30EF\30F3\3099\309A\3164\3131\3132\3133\3134\3135\3136\3137\3138\3139\313A\313B\313C\313D\313E'
    '\313F\3140\3141\3142\3143\3144\3145\3146\3147\3148\3149\314A\314B\314C\314D\314E\314F\3150\3151\3152'
    '\3153\3154\3155\3156\3157\3158\3159\315A\315B\315C\315D\315E\315F\3160\3161\3162\3163\00A2\00A3\00AC'
    '\00AF\00A6\00A5\20A9\2502\2190\2191\2192\2193\25A0\25CB'
  ), NFC);
$$;
comment on function app_private.normalize_password(text) is 'The form in which passwords are compared.';

-- bcrypt reads 72 bytes and stops at a NUL, so a long password would be cut silently. SHA-384 in base64 is 64
-- characters without a NUL: nothing is cut, every byte counts (OWASP Password Storage, "pre-hashing").
-- SHA-384 and not SHA-512, whose 88 characters would be cut again.
create or replace function app_private.digest_password(password text) returns text
language sql immutable parallel safe set search_path from current
as $$
  select encode(public.digest(convert_to(password, 'UTF8'), 'sha384'), 'base64');
$$;
comment on function app_private.digest_password(text) is 'The digest of a password as it is written.';

create or replace function app_private.prepare_password(password text) returns text
language sql immutable parallel safe set search_path from current
as $$
  select app_private.digest_password(app_private.normalize_password(password));
$$;
comment on function app_private.prepare_password(text) is 'What bcrypt is given in place of the password.';

create or replace function app_private.hash_password(password text) returns text
language sql volatile set search_path from current
as $$
  select public.crypt(app_private.prepare_password(password), public.gen_salt('bf', settings.bcrypt_cost))
  from app_private.settings;
$$;
comment on function app_private.hash_password(text) is 'The bcrypt hash of a new password, at the cost set for this deployment.';

-- Hashes from before passwords were normalized are of the password as it was typed, so that is compared too where it
-- differs. How long a refusal takes depends on what was typed alone: not on whether there is a hash, nor on its age.
create or replace function app_private.password_matches(
  password text,
  password_hash text,
  out is_match boolean,
  out outdated boolean
)
language plpgsql volatile set search_path from current
as $$
declare
  is_normal constant boolean := password = app_private.normalize_password(password);
begin
  is_match := false;
  if password_hash is null then
    perform app_private.hash_password(password) from generate_series(1, case when is_normal then 1 else 2 end);
    return;
  end if;

  -- `$2a$12$…`: the cost stands in characters 5 and 6. Hash again when the deployment's cost has changed.
  select substring(password_hash from 5 for 2)::integer <> settings.bcrypt_cost into outdated from app_private.settings;
  is_match := public.crypt(app_private.prepare_password(password), password_hash) = password_hash;
  if not is_match and not is_normal then
    is_match := public.crypt(app_private.digest_password(password), password_hash) = password_hash;
    outdated := true;
  end if;
end;
$$;
comment on function app_private.password_matches(text, text) is
  'Whether the password is the one hashed, and whether it should be hashed again; without a hash not, after the same time.';
--! EndIncluded functions/hash_password.sql
--! Included functions/assert_password_is_acceptable.sql
create or replace function app_private.assert_password_is_acceptable(password text, field text) returns void
language plpgsql stable set search_path from current
as $$
declare
  normalized constant text := app_private.normalize_password(password);
begin
  -- Length is counted in characters, the ceiling in bytes; no rule on kinds of characters (OWASP ASVS 6.2).
  if password is null or char_length(normalized) < 8 then
    raise exception 'Use a password of at least 8 characters.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
  -- In whichever form is shorter: a few characters are longer when they are normalized.
  if least(octet_length(password), octet_length(normalized)) > 1024 then
    raise exception 'Use a password of at most 1,024 bytes.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
  if exists (select 1 from app_private.common_passwords where common_passwords.password = lower(normalized)) then
    raise exception 'This password is one of the 10,000 most common. Choose another.'
      using errcode = 'RG000', hint = 'WEAK_PASSWORD', column = field;
  end if;
end;
$$;
comment on function app_private.assert_password_is_acceptable(text, text) is
  'Raises WEAK_PASSWORD, naming the field, unless the password may be used for an account.';
--! EndIncluded functions/assert_password_is_acceptable.sql

-- Locks before what makes and what ends sessions and tokens.
--! Included functions/lock_accounts.sql
-- What makes a session or a token, and what ends them, takes this lock first and reads the account and the session again
-- after it, in statements of their own: a statement sees what was committed when it began, not what was committed while it
-- waited. So of a maker and an ender the second always knows of the first.
--
-- There is one mode, and makers exclude each other too. If makers shared the lock, a login that also ends the session it
-- replaces would have to upgrade it, which deadlocks; and a stolen session that makes tokens in a loop could keep a reset
-- waiting without end.
--
-- Accounts are locked in the order of their ids, in one call for a transaction, and after the counters of login attempts.
create or replace function app_private.lock_accounts(variadic user_ids uuid[]) returns void
language sql volatile set search_path from current
as $$
  select 1 from app_public.user_accounts
  where user_id = any (lock_accounts.user_ids)
  order by user_id
  for no key update;
$$;
comment on function app_private.lock_accounts(uuid[]) is
  'Locks accounts until the end of the transaction, before a session or token of theirs is made or ended. Ignores nulls.';

create or replace function app_private.lock_accounts_and_administrators(variadic user_ids uuid[]) returns void
language sql volatile set search_path from current
as $$
  select 1 from app_public.user_accounts
  where user_id = any (lock_accounts_and_administrators.user_ids) or role = 'administrator'
  order by user_id
  for no key update;
$$;
comment on function app_private.lock_accounts_and_administrators(uuid[]) is
  'Like lock_accounts, for what may take away the last administrator: two that do so wait for each other.';
--! EndIncluded functions/lock_accounts.sql
--! Included functions/tg__lock_account.sql
-- Before the statement, because it must come before any lock on a row.
create or replace function app_private.tg__lock_account() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  return null;
end;
$$;
comment on function app_private.tg__lock_account() is
  'Locks the account of the current user, if any; attach it as _050_lock_account, for each statement.';
--! EndIncluded functions/tg__lock_account.sql
--! Included functions/assert_session_is_live.sql
-- The prologue has judged the session, but it may have ended since. Call this after lock_accounts.
create or replace function app_private.assert_session_is_live() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if app_public.current_user_id() is null then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  if not exists (
    select 1 from app_public.sessions
    join app_public.user_accounts on user_accounts.user_id = sessions.user_id
    where sessions.id = app_public.current_session_id()
      and sessions.user_id = app_public.current_user_id()
      and sessions.expires_at > now()
      and sessions.last_active_at + sessions.idle_limit > now()
      and user_accounts.suspended_at is null
  ) then
    raise exception 'Your session has ended. Log in again.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
end;
$$;
comment on function app_private.assert_session_is_live() is
  'Raises UNAUTHENTICATED unless the current session still lives, as resolve_session judges it.';
--! EndIncluded functions/assert_session_is_live.sql
--! Included functions/assert_recently_authenticated.sql
-- Locks the account: what asks for this makes a token or changes how the account is reached. A caller that locks other
-- accounts too locks them all before it calls this.
create or replace function app_private.assert_recently_authenticated() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if app_public.current_user_id() is null then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  -- Before the lock, which a session that may only read cannot take.
  if not exists (
    select 1 from app_private.session_secrets
    where session_id = app_public.current_session_id()
      and password_confirmed_at > now() - interval '10 minutes'
  ) then
    raise exception 'Confirm your password with `reauthenticate` first.'
      using errcode = 'RG000', hint = 'REAUTHENTICATION_REQUIRED';
  end if;
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_session_is_live();
end;
$$;
comment on function app_private.assert_recently_authenticated() is
  'Locks the account, and raises UNAUTHENTICATED or REAUTHENTICATION_REQUIRED unless this session lives and has given its password within 10 minutes.';
--! EndIncluded functions/assert_recently_authenticated.sql
--! Included functions/assert_other_administrator.sql
-- What is about to remove an administrator calls lock_accounts_and_administrators first.
create or replace function app_private.assert_other_administrator(user_id uuid) returns void
language plpgsql volatile set search_path from current
as $$
declare
  is_one boolean;
  others integer;
begin
  select
    coalesce(bool_or(user_accounts.user_id = assert_other_administrator.user_id), false),
    count(*) filter (where user_accounts.user_id <> assert_other_administrator.user_id)
  into is_one, others
  from app_public.user_accounts
  where role = 'administrator' and suspended_at is null;

  if is_one and others = 0 then
    raise exception 'This is the last administrator. Make another user an administrator first.'
      using errcode = 'RG000', hint = 'LAST_ADMINISTRATOR';
  end if;
end;
$$;
comment on function app_private.assert_other_administrator(uuid) is
  'Raises LAST_ADMINISTRATOR if no administrator would be left without this user.';
--! EndIncluded functions/assert_other_administrator.sql
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

-- Guesses through a session count for its account: a stolen session can rename its user. The first byte keeps these keys
-- apart from those of names, which hold no NUL.
create or replace function app_private.user_attempts_key(user_id uuid) returns bytea
language sql stable set search_path from current
as $$
  select public.hmac('\x00'::bytea || uuid_send(user_attempts_key.user_id), settings.throttle_key, 'sha256')
  from app_private.settings;
$$;
comment on function app_private.user_attempts_key(uuid) is
  'Under which key the failed guesses through sessions of an account are counted.';

-- Locks a counter until the end of the transaction, so that fifty guesses at once are judged one after another and count as
-- fifty. Raises while there is a wait: that changes nothing, so it may roll back.
create or replace function app_private.begin_login_attempt(key bytea) returns void
language plpgsql volatile set search_path from current
as $$
declare
  attempts app_private.login_attempts;
  wait_seconds integer;
begin
  insert into app_private.login_attempts (login_name_key)
  values (begin_login_attempt.key)
  on conflict (login_name_key) do update set login_name_key = excluded.login_name_key
  returning * into attempts;

  wait_seconds := ceil(extract(epoch from attempts.retry_after - clock_timestamp()));
  if wait_seconds > 0 then
    raise exception 'Too many attempts. Try again in % seconds.', wait_seconds
      using errcode = 'RG000', hint = 'TOO_MANY_ATTEMPTS', detail = wait_seconds::text;
  end if;
end;
$$;
comment on function app_private.begin_login_attempt(bytea) is
  'Locks the counter of a login name or an account; raises TOO_MANY_ATTEMPTS (detail: seconds) while it has to wait.';

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
comment on function app_private.clear_login_attempts(bytea) is 'Forgets the failures of a login name or an account, after a success.';

-- In order, so that two of these never wait for each other.
create or replace function app_private.clear_login_attempts_of_user(user_id uuid) returns void
language plpgsql volatile set search_path from current
as $$
begin
  with locked as (
    select login_name_key from app_private.login_attempts
    where login_name_key in (
      select app_private.login_name_key(username::text) from app_public.users where id = clear_login_attempts_of_user.user_id
      union all
      select app_private.login_name_key(email::text) from app_public.user_emails
      where user_emails.user_id = clear_login_attempts_of_user.user_id
    )
    order by login_name_key
    for update
  )
  delete from app_private.login_attempts where login_name_key in (select login_name_key from locked);
  perform app_private.clear_login_attempts(app_private.user_attempts_key(clear_login_attempts_of_user.user_id));
end;
$$;
comment on function app_private.clear_login_attempts_of_user(uuid) is
  'Forgets the failures of an account and of every name that logs in to it. Call it before lock_accounts.';
--! EndIncluded functions/login_throttle.sql
--! Included functions/check_password.sql
-- The one place where a password is compared, so that no caller can forget the throttle, the lock or the rehash. Returns
-- false for a wrong password (the failure is counted, so the caller must return and not raise).
--
-- After true the account is locked: what is committed now was decided by the password that the account has now.
create or replace function app_private.check_password(user_id uuid, login_name text, password text) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  attempt_key constant bytea := case
    when login_name is null then app_private.user_attempts_key(check_password.user_id)
    else app_private.login_name_key(login_name)
  end;
  compared_hash text;
  current_hash text;
  is_right boolean;
  is_outdated boolean;
begin
  perform app_private.begin_login_attempt(attempt_key);

  -- Compared before the lock, which takes long: guesses must not keep the account locked.
  select password_hash into compared_hash
  from app_private.user_secrets
  where user_secrets.user_id = check_password.user_id;
  select is_match, outdated into is_right, is_outdated
  from app_private.password_matches(check_password.password, compared_hash);

  if is_right then
    perform app_private.lock_accounts(check_password.user_id, app_public.current_user_id());
    select password_hash into current_hash
    from app_private.user_secrets
    where user_secrets.user_id = check_password.user_id;
    -- Changed meanwhile, or hashed again by another login.
    if current_hash is distinct from compared_hash then
      select is_match, outdated into is_right, is_outdated
      from app_private.password_matches(check_password.password, current_hash);
    end if;
  end if;

  if not is_right then
    perform app_private.fail_login_attempt(attempt_key);
    perform app_private.record_event('password_failed', check_password.user_id);
    return false;
  end if;

  perform app_private.clear_login_attempts(attempt_key);
  if is_outdated then
    update app_private.user_secrets
    set password_hash = app_private.hash_password(check_password.password)
    where user_secrets.user_id = check_password.user_id;
  end if;
  return true;
end;
$$;
comment on function app_private.check_password(uuid, text, text) is
  'Whether the password is the user''s; locks the account if so. Failures count under the login name, or under the account if that is null. Raises TOO_MANY_ATTEMPTS.';
--! EndIncluded functions/check_password.sql
--! Included functions/check_current_password.sql
-- Guesses through a stolen session count for the account, whose name the session can change.
create or replace function app_private.check_current_password(password text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not exists (select 1 from app_public.users where id = app_public.current_user_id()) then
    raise exception 'Log in first.' using errcode = 'RG000', hint = 'UNAUTHENTICATED';
  end if;
  if not app_private.check_password(app_public.current_user_id(), null, password) then
    return false;
  end if;
  perform app_private.assert_session_is_live();
  return true;
end;
$$;
comment on function app_private.check_current_password(text) is
  'Whether the password is the current user''s; locks the account if so. Raises UNAUTHENTICATED without a live session, TOO_MANY_ATTEMPTS.';
--! EndIncluded functions/check_current_password.sql
--! Included functions/create_session.sql
create or replace function app_private.create_session(user_id uuid, kind app_public.session_kind)
returns app_public.sessions
language plpgsql volatile security definer set search_path from current
as $$
declare
  session app_public.sessions;
begin
  -- A login ends the session it replaces, also one of another user: no second valid cookie stays behind.
  perform app_private.lock_accounts(create_session.user_id, app_public.current_user_id());
  delete from app_public.sessions where id = app_public.current_session_id();

  insert into app_public.sessions (user_id, kind, idle_limit, expires_at, address, client)
  select
    create_session.user_id,
    create_session.kind,
    settings.session_idle,
    now() + settings.session_absolute,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  from app_private.settings
  returning * into session;

  -- The password was given just now, and is not asked for again for ten minutes.
  insert into app_private.session_secrets (session_id, password_confirmed_at) values (session.id, now());
  return session;
end;
$$;
comment on function app_private.create_session(uuid, app_public.session_kind) is
  'Starts a session for a user whose password has just been checked, and ends the one it replaces.';
--! EndIncluded functions/create_session.sql
--! Included functions/register.sql
-- Answers alike whether or not the e-mail is known: an e-mail is unique only once verified, so registering with
-- somebody else's address makes an account that merely claims it. A user name is public and must be free.
create or replace function app_public.register(
  username text,
  email text,
  password text,
  name text default null
) returns app_public.sessions
language plpgsql volatile security definer set search_path from current
as $$
declare
  new_user_id uuid;
begin
  -- The account of the session that this one replaces.
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_password_is_acceptable(password, 'password');

  insert into app_public.users (username, name)
  values (trim(register.username), nullif(trim(register.name), ''))
  returning id into new_user_id;

  insert into app_public.user_accounts (user_id) values (new_user_id);
  insert into app_private.user_secrets (user_id, password_hash)
  values (new_user_id, app_private.hash_password(register.password));
  insert into app_public.user_emails (user_id, email, is_primary)
  values (new_user_id, trim(register.email), true);
  perform app_private.record_event('registered', new_user_id);

  return app_private.create_session(new_user_id, 'cookie');
end;
$$;
comment on function app_public.register(text, text, text, text) is
  'Creates an account and logs in as it. The rest of the operation already runs as the new user. Errors: WEAK_PASSWORD, NOT_UNIQUE (username), INVALID_INPUT.';
--! EndIncluded functions/register.sql
--! Included functions/refresh_tokens.sql
create or replace function app_private.keep_refresh_token(session_id uuid, refresh_token text) returns timestamptz
language sql volatile set search_path from current
as $$
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  select
    public.digest(keep_refresh_token.refresh_token, 'sha256'),
    sessions.id,
    least(now() + settings.refresh_token_lifetime, sessions.expires_at)
  from app_public.sessions, app_private.settings
  where sessions.id = keep_refresh_token.session_id
  returning expires_at;
$$;
comment on function app_private.keep_refresh_token(uuid, text) is 'Notes the hash of a refresh token; returns when it expires.';

-- The successor is derived from its predecessor and a key of this database, so that a client whose answer was lost
-- gets the same successor again, and no plaintext has to be kept for that. The hash proves the token; the key alone,
-- or the table alone, gives nothing.
create or replace function app_private.successor_of(refresh_token text) returns text
language sql stable set search_path from current
as $$
  select translate(
    encode(public.hmac(convert_to(successor_of.refresh_token, 'UTF8'), settings.token_key, 'sha256'), 'base64'),
    E'+/=\n', '-_'
  )
  from app_private.settings;
$$;
comment on function app_private.successor_of(text) is 'The refresh token that follows this one.';

-- Rotation: each token is good once. Used again within ten seconds it brings the same successor (the answer was
-- lost); later it has two holders, one of them a thief, and the whole family ends. That end must be committed, so it
-- is nulls that are returned, which the server turns into INVALID_TOKEN.
create or replace function app_hidden.refresh_tokens(
  refresh_token text,
  out session_id uuid,
  out user_id uuid,
  out role app_public.user_role,
  out successor text,
  out successor_expires_at timestamptz
)
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  owner_id uuid;
  token app_private.refresh_tokens;
  session app_public.sessions;
begin
  -- The account first: what ends its sessions locks it before their tokens.
  select sessions.user_id into owner_id
  from app_private.refresh_tokens as presented
  join app_public.sessions on sessions.id = presented.session_id
  where presented.token_hash = public.digest(refresh_tokens.refresh_token, 'sha256');
  perform app_private.lock_accounts(owner_id);

  select * into token
  from app_private.refresh_tokens
  where token_hash = public.digest(refresh_tokens.refresh_token, 'sha256')
  for update;
  -- The same conditions as for any use of the session: expiry, idleness, suspension.
  select sessions.* into session
  from app_public.sessions
  join app_public.user_accounts on user_accounts.user_id = sessions.user_id
  where sessions.id = token.session_id
    and token.expires_at > now()
    and sessions.expires_at > now()
    and sessions.last_active_at + sessions.idle_limit > now()
    and user_accounts.suspended_at is null;
  if not found then
    raise exception 'Invalid or expired refresh token. Ask for new tokens with `issueTokens`.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;

  user_id := session.user_id;
  role := (select user_accounts.role from app_public.user_accounts where user_accounts.user_id = session.user_id);
  successor := app_private.successor_of(refresh_tokens.refresh_token);
  if token.replaced_at is null then
    update app_private.refresh_tokens set replaced_at = clock_timestamp() where token_hash = token.token_hash;
    successor_expires_at := app_private.keep_refresh_token(session.id, successor);
    update app_public.sessions set last_active_at = now() where id = session.id;
    session_id := session.id;
    return;
  end if;

  select expires_at into successor_expires_at
  from app_private.refresh_tokens
  where token_hash = public.digest(successor, 'sha256') and replaced_at is null;
  if found and token.replaced_at > clock_timestamp() - interval '10 seconds' then
    session_id := session.id;
    return;
  end if;

  delete from app_public.sessions where id = session.id;
  perform app_private.record_event('refresh_token_reused', session.user_id, jsonb_build_object('sessionId', session.id));
  perform app_private.notify_user(session.user_id, 'refresh_token_reused');
  successor := null;
  successor_expires_at := null;
end;
$$;
comment on function app_hidden.refresh_tokens(text) is
  'Exchanges a refresh token for its successor. Nulls when it was used before, which ends its session; raises INVALID_TOKEN.';
--! EndIncluded functions/refresh_tokens.sql
--! Included functions/end_other_sessions.sql
create or replace function app_public.end_other_sessions() returns integer
language plpgsql volatile security definer set search_path from current
as $$
declare
  ended integer;
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  -- A session that has ended meanwhile ends nothing: the others may have begun after it.
  delete from app_public.sessions
  where user_id = app_public.current_user_id()
    and id <> app_public.current_session_id()
    and exists (select 1 from app_public.sessions as own where own.id = app_public.current_session_id());
  get diagnostics ended = row_count;
  return ended;
end;
$$;
comment on function app_public.end_other_sessions() is
  'Ends every session of the current user but this one, whatever its kind. Returns how many ended.';
--! EndIncluded functions/end_other_sessions.sql
--! Included functions/end_sessions_of_user.sql
create or replace function app_public.end_sessions_of_user(user_id uuid) returns integer
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  ended integer;
begin
  perform app_private.lock_accounts(end_sessions_of_user.user_id, app_public.current_user_id());
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
--! Included functions/suspend_user.sql
create or replace function app_public.suspend_user(user_id uuid, reason text) returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  perform app_private.lock_accounts_and_administrators(suspend_user.user_id, app_public.current_user_id());
  perform app_private.assert_other_administrator(suspend_user.user_id);
  -- Again: it may have changed before the lock.
  perform app_private.assert_administrator();

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
  'Ends every session of an account and refuses logins to it. For administrators. Errors: FORBIDDEN, NOT_FOUND, LAST_ADMINISTRATOR.';
--! EndIncluded functions/suspend_user.sql
--! Included functions/reinstate_user.sql
create or replace function app_public.reinstate_user(user_id uuid) returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.lock_accounts(reinstate_user.user_id, app_public.current_user_id());
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
--! Included functions/set_user_role.sql
create or replace function app_public.set_user_role(user_id uuid, role app_public.user_role)
returns app_public.user_accounts
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  account app_public.user_accounts;
begin
  perform app_private.assert_administrator();
  perform app_private.lock_accounts_and_administrators(set_user_role.user_id, app_public.current_user_id());
  -- A stolen session must not be able to make its thief an administrator.
  perform app_private.assert_recently_authenticated();
  if set_user_role.role <> 'administrator' then
    perform app_private.assert_other_administrator(set_user_role.user_id);
  end if;
  -- Again: it may have changed before the lock.
  perform app_private.assert_administrator();

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
--! Included functions/confirm_account_deletion.sql
-- Needs the account's session as well as its mail: a link alone must not delete anything, because programs open links.
create or replace function app_public.confirm_account_deletion(token text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  perform app_private.lock_accounts_and_administrators(app_public.current_user_id());
  perform app_private.assert_session_is_live();
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
--! Included functions/verify_email.sql
-- Needs the session of the account that the mail names: a link that another user caused, opened by the owner of
-- the address, must not give the address to the other user's account.
create or replace function app_public.verify_email(token text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  used app_private.one_time_tokens;
begin
  perform app_private.lock_accounts(app_public.current_user_id());
  perform app_private.assert_session_is_live();
  used := app_private.use_one_time_token('email_verification', token);
  if used.user_id is distinct from app_public.current_user_id() then
    raise exception 'Log in as the account that the mail names, then open the link again.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;
  perform app_private.mark_email_verified(used.email_id);
  -- From now on only a verified address resets the password; what was mailed to others before could still do so.
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = used.user_id
    and one_time_tokens.purpose = 'password_reset'
    and one_time_tokens.email_id in (select id from app_public.user_emails where user_id = used.user_id and not is_verified);
  return true;
end;
$$;
comment on function app_public.verify_email(text) is
  'Proves an address of the current user with the token of a mail. Errors: INVALID_TOKEN.';
--! EndIncluded functions/verify_email.sql
--! Included functions/tg_user_emails__guard.sql
-- A stolen session must not be enough to take the account over through a new address.
create or replace function app_private.tg_user_emails__guard() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
declare
  email app_public.user_emails := case tg_op when 'DELETE' then old else new end;
begin
  -- Not a request of the account's own user: registering, or the deletion of the account.
  if app_public.current_user_id() is null
    or email.user_id is distinct from app_public.current_user_id()
    or tg_op = 'DELETE' and not exists (select 1 from app_public.users where id = email.user_id)
  then
    return email;
  end if;

  -- Locks the account: two deletes at once, each leaving the other's address, would leave none.
  perform app_private.assert_recently_authenticated();

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

create or replace trigger _050_lock_account before delete on app_public.sessions
  for each statement execute function app_private.tg__lock_account();
--! Included functions/tg_users__carry_attempts.sql
-- A new name begins with the failed guesses of the old one: a stolen session could otherwise rename its user after every few
-- guesses at login.
--
-- The counter of the old name is locked before the user's row, in the order in which a login locks them.
create or replace function app_private.tg_users__lock_attempts() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
begin
  insert into app_private.login_attempts (login_name_key)
  select app_private.login_name_key(username::text) from app_public.users where id = app_public.current_user_id()
  on conflict (login_name_key) do update set login_name_key = excluded.login_name_key;
  return null;
end;
$$;
comment on function app_private.tg_users__lock_attempts() is
  'Waits for guesses at the user name of the current user, before it is changed.';

create or replace function app_private.tg_users__carry_attempts() returns trigger
language plpgsql volatile security definer set search_path from current
as $$
begin
  insert into app_private.login_attempts (login_name_key, failures, last_failed_at, retry_after)
  select app_private.login_name_key(new.username::text), failures, last_failed_at, retry_after
  from app_private.login_attempts
  where login_name_key = app_private.login_name_key(old.username::text)
    and login_name_key <> app_private.login_name_key(new.username::text)
    and failures > 0
  on conflict (login_name_key) do update
  set
    failures = greatest(login_attempts.failures, excluded.failures),
    last_failed_at = greatest(login_attempts.last_failed_at, excluded.last_failed_at),
    retry_after = greatest(login_attempts.retry_after, excluded.retry_after);
  return null;
end;
$$;
comment on function app_private.tg_users__carry_attempts() is 'Counts the failed guesses at a user name for its new name too.';
--! EndIncluded functions/tg_users__carry_attempts.sql
create or replace trigger _050_lock_attempts before update of username on app_public.users
  for each statement execute function app_private.tg_users__lock_attempts();
create or replace trigger _500_carry_attempts after update of username on app_public.users
  for each row execute function app_private.tg_users__carry_attempts();

create or replace trigger _050_lock_account before insert or delete on app_public.user_emails
  for each statement execute function app_private.tg__lock_account();

-- Tokens of mails end with the password that they were requested under.
--! Included functions/one_time_tokens.sql
create or replace function app_private.is_primary_email(email_id uuid) returns boolean
language sql stable set search_path from current
as $$
  select exists (select 1 from app_public.user_emails where id = is_primary_email.email_id and is_primary);
$$;
comment on function app_private.is_primary_email(uuid) is 'Whether an address is the primary one of its account.';

-- 32 random bytes go out in a mail; only their SHA-256 stays. A plain hash is enough: there is nothing to guess in
-- 256 random bits. Called by the worker when it sends, so no plaintext ever lies in a table or a job.
--
-- Between the request and the mail, the password may have been changed, and what was asked for before is void then.
create or replace function app_private.create_one_time_token(
  purpose app_private.token_purpose,
  user_id uuid,
  email_id uuid default null,
  requested_at timestamptz default clock_timestamp()
) returns text
language plpgsql volatile set search_path from current
as $$
declare
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), E'+/=\n', '-_');
begin
  perform app_private.lock_accounts(create_one_time_token.user_id);
  if not (purpose = 'email_verification' and app_private.is_primary_email(create_one_time_token.email_id)) and exists (
    select 1 from app_private.user_secrets
    where user_secrets.user_id = create_one_time_token.user_id and tokens_valid_from >= requested_at
  ) then
    return null;
  end if;

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
comment on function app_private.create_one_time_token(app_private.token_purpose, uuid, uuid, timestamptz) is
  'Makes a token for a mail and returns it, the only time it is seen; null if it was requested before the password changed. Verification: 24 hours; others: 1 hour.';

create or replace function app_private.find_token_owner(purpose app_private.token_purpose, token text) returns uuid
language sql stable set search_path from current
as $$
  select user_id from app_private.one_time_tokens
  where token_hash = public.digest(find_token_owner.token, 'sha256')
    and one_time_tokens.purpose = find_token_owner.purpose;
$$;
comment on function app_private.find_token_owner(app_private.token_purpose, text) is
  'Whose account a token is for, so that it can be locked before use_one_time_token decides; null for an unknown one.';

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
    raise exception 'Invalid or expired token. Ask for a new link.'
      using errcode = 'RG000', hint = 'INVALID_TOKEN';
  end if;

  -- Other tokens for the same purpose end with it.
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
--! Included functions/end_one_time_tokens.sql
-- A new password is worth little while a mail that was requested with the old one can undo it: a reset of another address,
-- the verification of an address that a thief has added (it could reset the password next), the deletion of the account.
-- Which of them the owner wanted is not known; requesting one again costs a click. Mails still to be sent get no token either.
-- The verification of the primary address stays: while it is not verified, no other is, and it gets the resets already.
create or replace function app_private.end_one_time_tokens(user_id uuid) returns void
language sql volatile set search_path from current
as $$
  delete from app_private.one_time_tokens
  where one_time_tokens.user_id = end_one_time_tokens.user_id
    and not (purpose = 'email_verification' and app_private.is_primary_email(email_id));
  update app_private.user_secrets set tokens_valid_from = clock_timestamp()
  where user_secrets.user_id = end_one_time_tokens.user_id;
$$;
comment on function app_private.end_one_time_tokens(uuid) is
  'Ends what was mailed to a user, or was requested until now, but for the verification of the primary address. Call it after lock_accounts.';
--! EndIncluded functions/end_one_time_tokens.sql
--! Included functions/change_password.sql
create or replace function app_public.change_password(old_password text, new_password text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
begin
  perform app_private.assert_password_is_acceptable(new_password, 'newPassword');
  -- Locks the account.
  if not app_private.check_current_password(old_password) then
    return null;
  end if;

  update app_private.user_secrets
  set password_hash = app_private.hash_password(new_password), password_changed_at = now()
  where user_id = app_public.current_user_id();

  -- Personal access tokens stay: they are made for scripts, which do not know the password.
  delete from app_public.sessions
  where user_id = app_public.current_user_id()
    and id <> app_public.current_session_id()
    and kind <> 'personal_token';
  perform app_private.end_one_time_tokens(app_public.current_user_id());

  perform app_private.record_event('password_changed', app_public.current_user_id());
  perform app_private.notify_user(app_public.current_user_id(), 'password_changed');
  return true;
end;
$$;
comment on function app_public.change_password(text, text) is
  'Changes the password, ends every other cookie session and token pair, and every link that was mailed. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, WEAK_PASSWORD.';
--! EndIncluded functions/change_password.sql
--! Included functions/reset_password.sql
-- Works while the account is throttled, and ends that: who reads the account's mail owns the account. Grants nothing
-- but the new password; logging in with it is the next step.
create or replace function app_public.reset_password(token text, new_password text) returns boolean
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  owner_id uuid;
  used app_private.one_time_tokens;
begin
  perform app_private.assert_password_is_acceptable(new_password, 'newPassword');

  owner_id := app_private.find_token_owner('password_reset', reset_password.token);
  perform app_private.clear_login_attempts_of_user(owner_id);
  perform app_private.lock_accounts(owner_id);
  used := app_private.use_one_time_token('password_reset', token);

  -- An account that came from elsewhere may never have had a password.
  insert into app_private.user_secrets (user_id, password_hash)
  values (used.user_id, app_private.hash_password(new_password))
  on conflict (user_id) do update set password_hash = excluded.password_hash, password_changed_at = now();

  perform app_private.mark_email_verified(used.email_id);
  delete from app_public.sessions where user_id = used.user_id;
  perform app_private.end_one_time_tokens(used.user_id);

  perform app_private.record_event('password_reset', used.user_id);
  perform app_private.notify_user(used.user_id, 'password_reset');
  return true;
end;
$$;
comment on function app_public.reset_password(text, text) is
  'Sets a new password with the token of a mail, and ends every session and every other mailed token of the account. Errors: INVALID_TOKEN, WEAK_PASSWORD.';
--! EndIncluded functions/reset_password.sql
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
    json_build_object('email', address, 'requestedAt', clock_timestamp()),
    -- Asking twice before the first mail is out brings one mail.
    job_key => 'send_password_reset:' || encode(app_private.login_name_key(address), 'hex')
  );
  return true;
end;
$$;
comment on function app_public.forgot_password(text) is
  'Sends a mail with which the password can be reset, or one that says that no account has this address. Answers alike for both.';
--! EndIncluded functions/forgot_password.sql
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
        json_build_object('emailId', new.id, 'requestedAt', clock_timestamp()),
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
--! Included functions/resend_email_verification.sql
create or replace function app_public.resend_email_verification(email_id uuid) returns boolean
language sql volatile strict security definer set search_path from current
as $$
  select graphile_worker.add_job(
    'send_email_verification',
    json_build_object('emailId', id, 'requestedAt', clock_timestamp()),
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
    json_build_object('userId', app_public.current_user_id(), 'requestedAt', clock_timestamp()),
    job_key => 'send_account_deletion:' || app_public.current_user_id()
  );
  return true;
end;
$$;
comment on function app_public.request_account_deletion(text) is
  'Sends a mail with which the account can be deleted within the hour. Errors: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS, LAST_ADMINISTRATOR.';
--! EndIncluded functions/request_account_deletion.sql
--! Included functions/prepare_password_reset.sql
-- A reset goes to a verified address, or to the only claim of an account that has not verified any: there,
-- completing the reset proves the address. An address that several claim unverified belongs to nobody yet.
-- The mail goes to the address as the account has it, never to the one that was typed.
create or replace function app_private.prepare_password_reset(
  typed_address text,
  requested_at timestamptz default clock_timestamp(),
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
  -- Before it is decided whose the address is: a reset or a verification that is under way decides that first.
  perform app_private.lock_accounts(
    variadic array(select found.user_id from app_private.find_users(typed_address) as found)
  );
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
  token := app_private.create_one_time_token('password_reset', target.user_id, target.id, requested_at);
  -- Requested before the password was changed.
  if token is null then
    kind := null;
    perform app_private.release_mail(mail_id);
  end if;
end;
$$;
comment on function app_private.prepare_password_reset(text, timestamptz) is
  'For the worker: what to mail to an address whose password was forgotten; kind null for nothing (too many mails).';
--! EndIncluded functions/prepare_password_reset.sql
--! Included functions/prepare_email_verification.sql
-- A registration with an address that another account has verified is answered like any other; the owner of the address
-- is told by mail.
create or replace function app_private.prepare_email_verification(
  email_id uuid,
  requested_at timestamptz default clock_timestamp(),
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
  perform app_private.lock_accounts(
    (select user_emails.user_id from app_public.user_emails where id = prepare_email_verification.email_id)
  );
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
    token := app_private.create_one_time_token('email_verification', claim.user_id, claim.id, requested_at);
    -- Requested before the password was changed.
    if token is null then
      kind := null;
      perform app_private.release_mail(mail_id);
    end if;
  end if;
end;
$$;
comment on function app_private.prepare_email_verification(uuid, timestamptz) is
  'For the worker: what to mail to a claimed address; kind null for nothing (verified or gone by now, too many mails).';
--! EndIncluded functions/prepare_email_verification.sql
--! Included functions/prepare_account_deletion.sql
create or replace function app_private.prepare_account_deletion(
  user_id uuid,
  requested_at timestamptz default clock_timestamp(),
  out address text,
  out username text,
  out token text,
  out mail_id bigint
)
language plpgsql volatile set search_path from current
as $$
begin
  perform app_private.lock_accounts(prepare_account_deletion.user_id);
  select user_emails.email, users.username into address, username
  from app_public.users
  join app_public.user_emails on user_emails.user_id = users.id and user_emails.is_primary
  where users.id = prepare_account_deletion.user_id;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail('account_deletion', address);
  if mail_id is not null then
    token := app_private.create_one_time_token(
      'account_deletion', prepare_account_deletion.user_id, requested_at => requested_at
    );
    -- Requested before the password was changed.
    if token is null then
      perform app_private.release_mail(mail_id);
    end if;
  end if;
end;
$$;
comment on function app_private.prepare_account_deletion(uuid, timestamptz) is
  'For the worker: where to send the confirmation of a deletion; token null for nothing to send.';
--! EndIncluded functions/prepare_account_deletion.sql
