import { z } from 'zod';
import { defineTask } from '../define-task.ts';
import { requestedAt } from '../requested-at.ts';
import { sendReserved } from '../send-reserved.ts';
import { passwordReset } from '../templates/password-reset.ts';
import { unknownAddress } from '../templates/unknown-address.ts';

/** Kind null: nothing to send. */
type Prepared = {
  kind: 'password_reset' | 'unknown_address' | null;
  /** Where to: the address as the account has it, or the one that was asked for if no account has it. */
  address: string;
  username: string;
  token: string;
  user_id: string;
  mail_id: string;
};

/** Mails the means to set a new password; or, to an address that no account has, that no account has it. */
export const sendPasswordReset = defineTask(
  z.object({ email: z.string().min(3), requestedAt }),
  async ({ email, requestedAt }, helpers, { config, mailer }) => {
    const prepare = 'select * from app_private.prepare_password_reset($1, $2)';
    const prepared = (await helpers.query<Prepared>(prepare, [email, requestedAt ?? helpers.job.created_at]))
      .rows[0]!;
    const { kind, address, username, token, user_id: userId, mail_id: mailId } = prepared;
    if (kind === null) return;
    const content =
      kind === 'password_reset'
        ? passwordReset({ username, url: mailer.link('reset-password', token) })
        : unknownAddress({ rootUrl: config.rootUrl });
    await sendReserved(helpers, mailer, mailId, address, content);
    // Not when it is tried, which may be many times.
    if (kind === 'password_reset')
      await helpers.query(`select app_private.record_event('password_reset_sent', $1)`, [userId]);
  },
);
