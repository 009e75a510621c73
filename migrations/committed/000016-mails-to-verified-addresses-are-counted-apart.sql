--! Previous: sha1:0df59b9576a337a64da662ae646d05d6d28edcad
--! Hash: sha1:820d3cc118f2d94dffb527bb86942221eff9dff7
--! Message: mails to verified addresses are counted apart

-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.

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
-- differs. Without a hash the password is compared with a constant one, at the cost of this deployment, that is no
-- password's. So the work of a refusal depends on what was typed alone: not on whether there is a hash, nor on its age.
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
  compared text;
begin
  -- `$2a$12$…`: the cost stands in characters 5 and 6. Hash again when the deployment's cost has changed.
  select
    coalesce(password_hash, format('$2a$%s$......................', lpad(settings.bcrypt_cost::text, 2, '0'))),
    substring(password_hash from 5 for 2)::integer <> settings.bcrypt_cost
  into compared, outdated
  from app_private.settings;
  is_match := public.crypt(app_private.prepare_password(password), compared) = compared;
  if not is_match and not is_normal then
    is_match := public.crypt(app_private.digest_password(password), compared) = compared;
    outdated := true;
  end if;
end;
$$;
comment on function app_private.password_matches(text, text) is
  'Whether the password is the one hashed, and whether it should be hashed again; without a hash not, after the same work.';
--! EndIncluded functions/hash_password.sql
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
--! Included functions/prepare_password_reset.sql
-- A reset goes to a verified address, or to the only claim of an account that has not verified any: there,
-- completing the reset proves the address. An address that several claim unverified belongs to nobody yet.
-- The mail goes to the address as the account has it, never to the one that was typed.
-- Resets of an account that has verified the address are counted for that account. Other mails to the mailbox, which
-- strangers can cause by other spellings of the address, do not keep them back.
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
  mail_id := app_private.reserve_mail(
    'password_reset' || case when target.is_verified then ' ' || target.user_id else '' end, address
  );
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
declare
  mail_kind text;
begin
  perform app_private.lock_accounts(prepare_account_deletion.user_id);
  select
    user_emails.email,
    users.username,
    -- As for resets: what strangers can cause does not keep back a mail to a verified address.
    'account_deletion' || case when user_emails.is_verified then ' ' || users.id else '' end
  into address, username, mail_kind
  from app_public.users
  join app_public.user_emails on user_emails.user_id = users.id and user_emails.is_primary
  where users.id = prepare_account_deletion.user_id;
  if not found then
    return;
  end if;
  mail_id := app_private.reserve_mail(mail_kind, address);
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
