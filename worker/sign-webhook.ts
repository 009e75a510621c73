import { createHmac } from 'node:crypto';

type Message = { id: string; timestamp: Date; body: string; secret: string };

/**
 * The headers by which a receiver knows that a webhook is ours, and new: an HMAC-SHA256 over id, time and body, in the form
 * of Standard Webhooks.
 */
export function signWebhook({ id, timestamp, body, secret }: Message): Record<string, string> {
  const seconds = String(Math.floor(timestamp.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}
