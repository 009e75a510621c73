-- The migration being written. Keep it safe to run twice; `npm run dev` applies it at every save.

--!include functions/hash_password.sql
--!include functions/reserve_mail.sql
--!include functions/prepare_password_reset.sql
--!include functions/prepare_account_deletion.sql
