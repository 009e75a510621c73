import type { TaskList } from 'graphile-worker';
import type { TaskDeps } from '../define-task.ts';
import { convertEmailDomains } from './convert-email-domains.ts';
import { postWebhook } from './post-webhook.ts';
import { prune } from './prune.ts';
import { rotateSigningKeyTask } from './rotate-signing-key.ts';
import { sendAccountDeletion } from './send-account-deletion.ts';
import { sendEmailVerification } from './send-email-verification.ts';
import { sendNotice } from './send-notice.ts';
import { sendPasswordReset } from './send-password-reset.ts';

/** Every task by the name under which SQL adds jobs for it. */
export const makeTaskList = (deps: TaskDeps): TaskList => ({
  convert_email_domains: convertEmailDomains(deps),
  post_webhook: postWebhook(deps),
  prune: prune(deps),
  rotate_signing_key: rotateSigningKeyTask(deps),
  send_account_deletion: sendAccountDeletion(deps),
  send_email_verification: sendEmailVerification(deps),
  send_notice: sendNotice(deps),
  send_password_reset: sendPasswordReset(deps),
});
