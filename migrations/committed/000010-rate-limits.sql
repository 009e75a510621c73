--! Previous: sha1:9eb1194832797974f0c84930dd8194cfbf1ef1d6
--! Hash: sha1:3c41aacde618c17209dcf7cc39482de64cbad0b5
--! Message: rate limits

-- How often each address and account has done what is limited: see src/rate-limits. Unlogged, as what a crash forgets
-- is only that somebody may try again; the throttle of wrong passwords is in a table that survives.
create unlogged table app_private.rate_limits (
  key text primary key,
  points integer not null,
  -- Milliseconds since 1970: the library that counts uses the clock of the server process.
  expire bigint not null
-- Most of its work is to update points, which then touches no index.
) with (fillfactor = 80);
alter table app_private.rate_limits enable row level security;
-- Like the cookie store: read and written by the server itself, before a request has any role.
create policy all_as_store on app_private.rate_limits for all to authenticator using (true) with check (true);
grant select, delete on app_private.rate_limits to authenticator;
grant insert (key, points, expire), update (points, expire) on app_private.rate_limits to authenticator;
comment on table app_private.rate_limits is 'How often each address and account has done what is limited.';
