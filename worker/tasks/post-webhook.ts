import { z } from 'zod';
import { defineTask } from '../define-task.ts';
import { signWebhook } from '../sign-webhook.ts';

/** Milliseconds for a whole delivery. */
const PATIENCE = 10_000;

/**
 * Posts an event to WEBHOOK_URL, signed as Standard Webhooks says (https://www.standardwebhooks.com). Any answer but a 2xx
 * fails the job, so it is tried again; the `webhook-id` stays the same, so that the receiver can tell. Without WEBHOOK_URL
 * nothing is sent.
 */
export const postWebhook = defineTask(
  z.object({ event: z.string().min(1), data: z.unknown() }),
  async ({ event, data }, { job, logger }, { config }) => {
    if (!config.webhook) return logger.debug('no WEBHOOK_URL: nothing is sent');
    const { url, secret } = config.webhook;
    const timestamp = new Date();
    const body = JSON.stringify({ type: event, timestamp: job.created_at, data });
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signWebhook({ id: `job_${job.id}`, timestamp, body, secret }),
      },
      body,
      // The receiver was chosen by whoever set WEBHOOK_URL, and is not to choose another.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The webhook was answered with ${response.status}.`);
  },
);
