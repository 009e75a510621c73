import { z } from 'zod';
import { defineTask } from '../define-task.ts';
import { requestedAt } from '../requested-at.ts';
import { sendReserved } from '../send-reserved.ts';
import { addressTaken } from '../templates/address-taken.ts';
import { emailVerification } from '../templates/email-verification.ts';

/** Kind null: nothing to send. */
type Prepared = {
  kind: 'email_verification' | 'address_taken' | null;
  address: string;
  username: string;
  token: string;
  mail_id: string;
};

/** Asks whoever reads a claimed address to prove it; or tells its owner that somebody else tried to claim it. */
export const sendEmailVerification = defineTask(
  z.object({ emailId: z.uuid(), requestedAt }),
  async ({ emailId, requestedAt }, helpers, { config, mailer }) => {
    const prepare = 'select * from app_private.prepare_email_verification($1, $2)';
    const { rows } = await helpers.query<Prepared>(prepare, [emailId, requestedAt ?? helpers.job.created_at]);
    const { kind, address, username, token, mail_id: mailId } = rows[0]!;
    if (kind === null) return;
    const content =
      kind === 'email_verification'
        ? emailVerification({ username, url: mailer.link('verify-email', token) })
        : addressTaken({ rootUrl: config.rootUrl });
    await sendReserved(helpers, mailer, mailId, address, content);
  },
);
