import { defineTask } from '../define-task.ts';
import { notice, noticeSchema } from '../templates/notice.ts';

/** Tells the owner of an account that something about it has changed. */
export const sendNotice = defineTask(noticeSchema, async (payload, _helpers, { config, mailer }) => {
  await mailer.send(payload.to, notice(payload, { rootUrl: config.rootUrl }));
});
