import { z } from 'zod';
import { defineTask } from '../define-task.ts';
import { sendCounted } from '../send-counted.ts';
import { passwordReset } from '../templates/password-reset.ts';
import { unknownAddress } from '../templates/unknown-address.ts';

/** Kind null: nothing to send. */
type Prepared = {
  kind: 'password_reset' | 'unknown_address' | null;
  username: string;
  token: string;
  user_id: string;
};

/** Mails the means to set a new password; or, to an address that nobody has, that nobody has it. */
export const sendPasswordReset = defineTask(
  z.object({ email: z.string().min(3) }),
  async ({ email }, helpers, { config, mailer }) => {
    const prepare = 'select * from app_private.prepare_password_reset($1)';
    const prepared = (await helpers.query<Prepared>(prepare, [email])).rows[0]!;
    const { kind, username, token, user_id: userId } = prepared;
    if (kind === null) return;
    const content =
      kind === 'password_reset'
        ? passwordReset({ username, url: mailer.link('reset-password', token) })
        : unknownAddress({ rootUrl: config.rootUrl });
    await sendCounted(helpers, mailer, 'password_reset', email, content);
    // Not when it is tried, which may be many times.
    if (kind === 'password_reset')
      await helpers.query(`select app_private.record_event('password_reset_sent', $1)`, [userId]);
  },
);
