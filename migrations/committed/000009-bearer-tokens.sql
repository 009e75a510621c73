--! Previous: sha1:503efd25670e93037176ea16dfd2836f471c6e50
--! Hash: sha1:9eb1194832797974f0c84930dd8194cfbf1ef1d6
--! Message: bearer tokens

-- A token pair for clients without cookies, and personal access tokens for scripts: other ways to name a session.
create table app_private.refresh_tokens (
  token_hash bytea primary key,
  session_id uuid not null references app_public.sessions on delete cascade,
  expires_at timestamptz not null,
  replaced_at timestamptz,
  created_at timestamptz not null default now()
);
create index refresh_tokens_session_id_idx on app_private.refresh_tokens (session_id);
-- No policy, no grant: definer functions only.
alter table app_private.refresh_tokens enable row level security;
comment on table app_private.refresh_tokens is 'The hashes of refresh tokens; used ones too, so that a second use is noticed.';

create table app_private.signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  encrypted_private_key bytea not null,
  verifies_until timestamptz,
  created_at timestamptz not null default now()
);
create unique index signing_keys_newest_key on app_private.signing_keys ((true)) where verifies_until is null;
-- No policy, no grant: definer functions and the worker only.
alter table app_private.signing_keys enable row level security;
comment on table app_private.signing_keys is 'The keys of access tokens; the private halves are encrypted.';

create type app_public.new_access_token as (session_id uuid, secret text);
comment on type app_public.new_access_token is 'A personal access token that was just made.';
comment on column app_public.new_access_token.session_id is 'The session it names; deleting that ends the token.';
comment on column app_public.new_access_token.secret is 'To be sent as `Authorization: Bearer …`. Shown only now.';

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
  token app_private.refresh_tokens;
  session app_public.sessions;
begin
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
    raise exception 'This refresh token is not good any more. Ask for tokens anew.'
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
--! Included functions/issue_tokens.sql
-- A token pair is a session like any other. Its access token is made by the server, which has the signing key; here
-- the refresh token is made, 256 random bits of which only the hash stays.
create or replace function app_hidden.issue_tokens(
  username text,
  password text,
  out session_id uuid,
  out user_id uuid,
  out role app_public.user_role,
  out refresh_token text,
  out refresh_token_expires_at timestamptz
)
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  found_user_id uuid := app_private.check_credentials(issue_tokens.username, issue_tokens.password);
  limits app_private.settings;
begin
  -- Wrong credentials are nulls, as in login: the counted failure must be committed.
  if found_user_id is null then
    return;
  end if;

  select * into limits from app_private.settings;
  insert into app_public.sessions (user_id, kind, idle_limit, expires_at, address, client)
  values (
    found_user_id,
    'token_pair',
    limits.refresh_token_lifetime,
    now() + limits.token_absolute,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  )
  returning id into session_id;
  user_id := found_user_id;
  role := (select user_accounts.role from app_public.user_accounts where user_accounts.user_id = found_user_id);
  insert into app_private.session_secrets (session_id, password_confirmed_at) values (issue_tokens.session_id, now());

  refresh_token := translate(encode(public.gen_random_bytes(32), 'base64'), E'+/=\n', '-_');
  refresh_token_expires_at := app_private.keep_refresh_token(issue_tokens.session_id, refresh_token);
end;
$$;
comment on function app_hidden.issue_tokens(text, text) is
  'Starts a session for a client without cookies. Nulls for wrong credentials; raises TOO_MANY_ATTEMPTS, ACCOUNT_SUSPENDED.';
--! EndIncluded functions/issue_tokens.sql
-- In app_hidden, because the server adds the access token to what the API shows of them.
grant execute on function app_hidden.issue_tokens(text, text), app_hidden.refresh_tokens(text) to anonymous, webuser;

--! Included functions/create_access_token.sql
-- 160 random bits, with a prefix and a checksum by which secret scanners recognise them. Only the hash stays.
create or replace function app_public.create_access_token(
  name text,
  expires_at timestamptz,
  scopes app_public.token_scope[]
) returns app_public.new_access_token
language plpgsql volatile strict security definer set search_path from current
as $$
declare
  body text := encode(public.gen_random_bytes(20), 'hex');
  created app_public.new_access_token;
begin
  perform app_private.assert_recently_authenticated();
  if trim(create_access_token.name) = '' then
    raise exception 'Give the token a name.' using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'name';
  end if;
  if create_access_token.expires_at <= now() or create_access_token.expires_at > now() + interval '366 days' then
    raise exception 'A token expires in the future, and within a year.'
      using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'expiresAt';
  end if;
  if cardinality(create_access_token.scopes) = 0 or array_position(create_access_token.scopes, null) is not null then
    raise exception 'Give the token at least one scope.' using errcode = 'RG000', hint = 'INVALID_INPUT', column = 'scopes';
  end if;

  insert into app_public.sessions (user_id, kind, name, scopes, idle_limit, expires_at, address, client)
  values (
    app_public.current_user_id(),
    'personal_token',
    trim(create_access_token.name),
    create_access_token.scopes,
    create_access_token.expires_at - now(),
    create_access_token.expires_at,
    app_hidden.request_metadata('address')::inet,
    left(app_hidden.request_metadata('client'), 500)
  )
  returning id into created.session_id;

  created.secret := 'rgp_' || body || left(encode(public.digest(body, 'sha256'), 'hex'), 8);
  insert into app_private.session_secrets (session_id, token_hash)
  values (created.session_id, public.digest(created.secret, 'sha256'));
  perform app_private.record_event(
    'access_token_created',
    app_public.current_user_id(),
    jsonb_build_object('sessionId', created.session_id, 'name', trim(create_access_token.name), 'scopes', create_access_token.scopes)
  );
  perform app_private.notify_user(
    app_public.current_user_id(), 'access_token_created', jsonb_build_object('name', trim(create_access_token.name))
  );
  return created;
end;
$$;
comment on function app_public.create_access_token(text, timestamptz, app_public.token_scope[]) is
  'Makes a personal access token for scripts; its secret is shown here and never again. With the scope `read` alone it cannot change anything. Errors: REAUTHENTICATION_REQUIRED, INVALID_INPUT.';
--! EndIncluded functions/create_access_token.sql
grant execute on function app_public.create_access_token(text, timestamptz, app_public.token_scope[]) to webuser;

--! Included functions/find_personal_token.sql
create or replace function app_private.find_personal_token(secret text) returns uuid
language sql stable security definer set search_path from current
as $$
  select session_id from app_private.session_secrets
  where token_hash = public.digest(find_personal_token.secret, 'sha256');
$$;
comment on function app_private.find_personal_token(text) is
  'Which session a personal access token names; whether it is good, resolve_session says.';
--! EndIncluded functions/find_personal_token.sql
--! Included functions/signing_keys.sql
-- The keys that verify: the newest one, and older ones until their overlap ends. Private halves are encrypted by the
-- server with a secret of the environment, so a copy of this table signs nothing.
create or replace function app_private.list_signing_keys()
returns table (kid text, public_jwk jsonb, encrypted_private_key bytea, age interval)
language sql stable security definer set search_path from current
as $$
  select kid, public_jwk, encrypted_private_key, now() - created_at
  from app_private.signing_keys
  where verifies_until is null or verifies_until > now()
  order by created_at desc;
$$;
comment on function app_private.list_signing_keys() is 'For the server: the keys with which access tokens are verified, newest first.';

-- Tokens live 10 minutes, and others may keep our public keys for an hour: a key verifies for two hours after it was
-- replaced.
create or replace function app_private.add_signing_key(kid text, public_jwk jsonb, encrypted_private_key bytea)
returns void
language sql volatile set search_path from current
as $$
  update app_private.signing_keys set verifies_until = now() + interval '2 hours' where verifies_until is null;
  delete from app_private.signing_keys where verifies_until < now();
  insert into app_private.signing_keys (kid, public_jwk, encrypted_private_key)
  values (add_signing_key.kid, add_signing_key.public_jwk, add_signing_key.encrypted_private_key);
$$;
comment on function app_private.add_signing_key(text, jsonb, bytea) is 'Puts a new key in the place of the newest one, which goes on to verify for two hours.';

create or replace function app_private.is_signing_key_due() returns boolean
language sql stable set search_path from current
as $$
  select not exists (
    select 1 from app_private.signing_keys
    where verifies_until is null and created_at > now() - interval '30 days'
  );
$$;
comment on function app_private.is_signing_key_due() is 'Whether there is no signing key, or it is older than 30 days.';
--! EndIncluded functions/signing_keys.sql
grant execute on function app_private.find_personal_token(text), app_private.list_signing_keys() to authenticator;
