--! Previous: sha1:3c41aacde618c17209dcf7cc39482de64cbad0b5
--! Hash: sha1:3c4f934cc0922793dc6ebd31771df85e529ec407
--! Message: account changes are notified

-- The servers are told what has changed of an account, so that `currentUserUpdated` can answer.
--! Included functions/tg__notify_servers.sql
-- Tells the servers that something of an account has changed, so that they look again for whoever watches it. The
-- payload names the account and nothing else, because whoever may connect may listen, and may notify as well: a server
-- takes it for a hint, never for a fact. PostgreSQL delivers it when the transaction commits, and never otherwise.
create or replace function app_private.tg__notify_servers() returns trigger
language plpgsql volatile set search_path from current
as $$
begin
  perform pg_notify('rowgate', 'user:' || (to_jsonb(coalesce(new, old)) ->> tg_argv[0]));
  return null;
end;
$$;
comment on function app_private.tg__notify_servers() is
  'Tells the servers whose account has changed; attach it as _600_notify_servers, with the column that holds the user''s id.';
--! EndIncluded functions/tg__notify_servers.sql
create or replace trigger _600_notify_servers after update on app_public.users
  for each row execute function app_private.tg__notify_servers('id');
create or replace trigger _600_notify_servers after update on app_public.user_accounts
  for each row execute function app_private.tg__notify_servers('user_id');
create or replace trigger _600_notify_servers after insert or update or delete on app_public.user_emails
  for each row execute function app_private.tg__notify_servers('user_id');
-- Not at an update: that would be the note that the session was used, once a minute.
create or replace trigger _600_notify_servers after insert or delete on app_public.sessions
  for each row execute function app_private.tg__notify_servers('user_id');

--! Included functions/tg_sessions__notify_servers.sql
-- Tells the servers that a session is over, so that they close what is open under it.
create or replace function app_private.tg_sessions__notify_servers() returns trigger
language plpgsql volatile set search_path from current
as $$
begin
  perform pg_notify('rowgate', 'session:' || old.id);
  return null;
end;
$$;
comment on function app_private.tg_sessions__notify_servers() is 'Tells the servers which session has ended.';
--! EndIncluded functions/tg_sessions__notify_servers.sql
create or replace trigger _610_notify_end after delete on app_public.sessions
  for each row execute function app_private.tg_sessions__notify_servers();
