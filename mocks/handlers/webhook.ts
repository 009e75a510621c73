import { HttpResponse, http } from 'msw';

/** Receives the webhooks of `post_webhook`, when WEBHOOK_URL is https://hooks.example.com/rowgate. */
export const webhook = http.post(
  'https://hooks.example.com/rowgate',
  () => new HttpResponse(null, { status: 204 }),
);
