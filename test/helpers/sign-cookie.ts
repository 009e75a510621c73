import { createHmac } from 'node:crypto';

/** The value of a cookie as the server signs it: `s:` id `.` signature, percent-encoded. */
export function signCookie(id: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return encodeURIComponent(`s:${id}.${signature}`);
}

/** The id in a signed cookie. */
export function cookieId(value: string | undefined): string {
  return decodeURIComponent(value ?? '')
    .slice('s:'.length)
    .split('.')[0] as string;
}
