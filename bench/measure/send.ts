import type { LoadRequest } from '../contestants/operations.ts';

/** Sends one request and returns the body of its answer. @throws Error for anything but a 200 */
export async function send(url: string, { path, headers, body }: LoadRequest): Promise<string> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url}${path} answers ${response.status}: ${text}`);
  return text;
}
