import { z } from 'zod';
import { defineTask } from '../define-task.ts';
import { requestedAt } from '../requested-at.ts';
import { sendReserved } from '../send-reserved.ts';
import { accountDeletion } from '../templates/account-deletion.ts';

/** Token null: nothing to send. */
type Prepared = { address: string; username: string; token: string | null; mail_id: string };

/** Mails the means to confirm that an account shall be deleted. */
export const sendAccountDeletion = defineTask(
  z.object({ userId: z.uuid(), requestedAt }),
  async ({ userId, requestedAt }, helpers, { mailer }) => {
    const prepare = 'select * from app_private.prepare_account_deletion($1, $2)';
    const { rows } = await helpers.query<Prepared>(prepare, [userId, requestedAt ?? helpers.job.created_at]);
    const { address, username, token, mail_id: mailId } = rows[0]!;
    if (token === null) return;
    const content = accountDeletion({ username, url: mailer.link('delete-account', token) });
    await sendReserved(helpers, mailer, mailId, address, content);
  },
);
