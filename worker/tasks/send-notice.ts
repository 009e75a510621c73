import { defineTask } from '../define-task.ts';
import { sendReserved } from '../send-reserved.ts';
import { notice, noticeSchema } from '../templates/notice.ts';

/**
 * Tells the owner of an account that something about it has changed; at most 5 times an hour for each kind of change. Counted
 * for each account, so that nothing which others can cause keeps a notice back.
 */
export const sendNotice = defineTask(noticeSchema, async (payload, helpers, { config, mailer }) => {
  const reserve = 'select app_private.reserve_mail($1, $2) as id';
  const kind = `notice ${payload.kind} ${payload.userId ?? ''}`;
  const { rows } = await helpers.query<{ id: string | null }>(reserve, [kind, payload.to]);
  const id = rows[0]!.id;
  if (id === null) return;
  await sendReserved(helpers, mailer, id, payload.to, notice(payload, { rootUrl: config.rootUrl }));
});
