--! Previous: sha1:820d3cc118f2d94dffb527bb86942221eff9dff7
--! Hash: sha1:521b6c768a0c46bcd0eadaffe31b6eb00ac2a044
--! Message: counts of mails do not name accounts

-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.

--! Included functions/reserve_mail.sql
-- One mailbox has many spellings. Those that most mail systems deliver to the same mailbox share one limit: another
-- case, a tag after +, dots in the local part, quotes, a route before ! or after % (Postfix follows both), and
-- characters that Unicode calls compatible. Two mailboxes that share a limit by accident lose nothing but some mails of
-- an hour in which they are flooded.
create or replace function app_private.mailbox_key(address text) returns bytea
language sql stable set search_path from current
as $$
  select public.hmac(
    convert_to(
      coalesce(
        translate(regexp_replace(substring(plain from '^(?:.*!(?=[^@]))?(.*)@'), '(?<=.)[+%].*', ''), '."\ ', '')
          || substring(plain from '@[^@]*$'),
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
-- Each kind has a limit of its own, so that mails that a stranger can cause do not keep back a notice or a reset. A kind
-- may end with the id of an account. The id is part of the key only: the row may outlive a deleted account by a day.
create or replace function app_private.reserve_mail(kind text, address text) returns bigint
language plpgsql volatile set search_path from current
as $$
declare
  name text := regexp_replace(reserve_mail.kind, ' [0-9a-f-]{36}$', '');
  key bytea := public.digest(
    app_private.mailbox_key(address) || convert_to(reserve_mail.kind, 'UTF8'), 'sha256'
  );
  reserved bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(encode(key, 'hex'), 0));
  insert into app_private.sent_mails (kind, address_key)
  select name, key
  where (
    select count(*) < 5
    from app_private.sent_mails
    where sent_mails.kind = name and address_key = key and sent_at > now() - interval '1 hour'
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
