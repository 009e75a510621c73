import type { Response } from 'supertest';

export type SetCookie = {
  name: string;
  value: string;
  /** Lower-case names; '' for those without a value. */
  attributes: Record<string, string>;
  /** The server takes the cookie away. */
  isExpired: boolean;
};

/** The cookies that an answer sets, in the order of its headers. */
export function setCookies(response: Response): SetCookie[] {
  const headers = (response.headers['set-cookie'] ?? []) as unknown as string[];
  return headers.map((header) => {
    const [[name, value], ...rest] = header.split('; ').map(split) as [
      [string, string],
      ...[string, string][],
    ];
    const attributes = Object.fromEntries(rest.map(([key, text]) => [key.toLowerCase(), text]));
    const isExpired = attributes.expires !== undefined && Date.parse(attributes.expires) < Date.now();
    return { name, value, attributes, isExpired };
  });
}

function split(text: string): [string, string] {
  const index = text.indexOf('=');
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
