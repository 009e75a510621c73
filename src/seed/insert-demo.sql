-- Whoever is there already is left alone. Ids are fixed and end in the number of the user, so that all of this can be
-- found again. The triggers that mail and record are off meanwhile: nobody is told of people who do not exist.
alter table app_public.user_emails disable trigger user;

insert into app_public.users (id, username, name)
select id, username, name
from (values
  ('de300000-0000-4000-8000-000000000001'::uuid, 'demo-ada', 'Ada Okafor'),
  ('de300000-0000-4000-8000-000000000002', 'demo-ben', 'Ben Lindqvist'),
  ('de300000-0000-4000-8000-000000000003', 'demo-chloe', 'Chloé Martin'),
  ('de300000-0000-4000-8000-000000000004', 'demo-dan', null),
  ('de300000-0000-4000-8000-000000000005', 'demo-eve', 'Eve Sato'),
  ('de300000-0000-4000-8000-000000000006', 'demo-finn', 'Finn Álvarez')
) as demo (id, username, name)
on conflict (id) do nothing;

insert into app_public.user_accounts (user_id, role, suspended_at, suspension_reason)
select
  id,
  case username when 'demo-ada' then 'administrator' else 'user' end::app_public.user_role,
  case username when 'demo-eve' then now() - interval '2 days' end,
  case username when 'demo-eve' then 'Sent the same advertisement to forty people.' end
from app_public.users where id::text like 'de300000-0000-4000-8000-%'
on conflict (user_id) do nothing;

-- Hashed once for all of them: at the usual cost each takes a quarter of a second.
with hashed as materialized (select app_private.hash_password('rowgate demo') as password_hash)
insert into app_private.user_secrets (user_id, password_hash)
select id, password_hash from app_public.users, hashed where id::text like 'de300000-0000-4000-8000-%'
on conflict (user_id) do nothing;

insert into app_public.user_emails (id, user_id, email, is_verified, is_primary)
select ('de300000-0000-4000-8001-' || right(id::text, 12))::uuid, id, username || '@example.com', username <> 'demo-dan', true
from (select id, username from app_public.users where id::text like 'de300000-0000-4000-8000-%') as demo (id, username)
on conflict do nothing;
insert into app_public.user_emails (id, user_id, email)
values ('de300000-0000-4000-8001-000000000013', 'de300000-0000-4000-8000-000000000003', 'chloe.martin@example.org')
on conflict do nothing;

insert into app_public.sessions (id, user_id, kind, name, scopes, address, client, idle_limit, expires_at, last_active_at)
select
  ('de300000-0000-4000-8002-' || lpad(number::text, 12, '0'))::uuid,
  ('de300000-0000-4000-8000-' || lpad(user_number::text, 12, '0'))::uuid,
  kind::app_public.session_kind, name, scopes::app_public.token_scope[], address::inet, client,
  settings.session_idle, now() + settings.session_absolute, now() - unused_for::interval
from app_private.settings, (values
  (1, 1, 'cookie', null, null, '203.0.113.7', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 15.6) Firefox/143.0', '3 minutes'),
  (2, 1, 'personal_token', 'deploy', '{read,write}', '203.0.113.7', 'curl/8.15.0', '5 hours'),
  (3, 2, 'cookie', null, null, '198.51.100.23', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0', '20 minutes'),
  (4, 2, 'cookie', null, null, '198.51.100.99', 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Safari/26.0', '1 day'),
  (5, 2, 'token_pair', null, null, '198.51.100.99', 'ExampleApp/2.3 (iOS)', '2 hours'),
  (6, 3, 'personal_token', 'reports', '{read}', '192.0.2.41', 'python-httpx/0.28', '9 hours')
) as demo (number, user_number, kind, name, scopes, address, client, unused_for)
on conflict (id) do nothing;

insert into app_public.demo_boards (id, user_id, title, is_public) values
  ('de300000-0000-4000-8003-000000000001', 'de300000-0000-4000-8000-000000000002', 'Bread', true),
  ('de300000-0000-4000-8003-000000000002', 'de300000-0000-4000-8000-000000000003', 'Walks around the lake', true),
  ('de300000-0000-4000-8003-000000000003', 'de300000-0000-4000-8000-000000000002', 'Ben''s notes', false)
on conflict (id) do nothing;
insert into app_public.demo_posts (id, board_id, user_id, title, body) values
  ('de300000-0000-4000-8004-000000000001', 'de300000-0000-4000-8003-000000000001', 'de300000-0000-4000-8000-000000000002', 'Rye, 80 %', 'Two days in the cold, and it cuts like a dream.'),
  ('de300000-0000-4000-8004-000000000002', 'de300000-0000-4000-8003-000000000001', 'de300000-0000-4000-8000-000000000003', 'Does yours stick to the tin?', 'Mine does, whatever I do.'),
  ('de300000-0000-4000-8004-000000000003', 'de300000-0000-4000-8003-000000000002', 'de300000-0000-4000-8000-000000000006', 'The northern shore is open again', 'Bring boots.'),
  ('de300000-0000-4000-8004-000000000004', 'de300000-0000-4000-8003-000000000003', 'de300000-0000-4000-8000-000000000002', 'Flour to order', 'Ten kilograms, before Thursday.')
on conflict (id) do nothing;
insert into app_public.demo_comments (id, post_id, user_id, body) values
  ('de300000-0000-4000-8005-000000000001', 'de300000-0000-4000-8004-000000000002', 'de300000-0000-4000-8000-000000000002', 'Butter and then flour. Never only butter.'),
  ('de300000-0000-4000-8005-000000000002', 'de300000-0000-4000-8004-000000000002', 'de300000-0000-4000-8000-000000000006', 'Paper.'),
  ('de300000-0000-4000-8005-000000000003', 'de300000-0000-4000-8004-000000000003', 'de300000-0000-4000-8000-000000000001', 'Thank you, I would have gone south.')
on conflict (id) do nothing;

alter table app_public.user_emails enable trigger user;
