/**
 * Text that a user typed, for a mail: on one line, without characters that are invisible or reverse the reading direction,
 * cut to a length, and with no part that a mail program would turn into a link.
 */
export function quote(text: string, maxLength = 60): string {
  const line = visible(text).replace(/[.:/@\\]+(?=\S)/g, '·');
  const characters = [...line];
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : line;
}

/** The same for an address, whose dots and @ stay. */
export function quoteAddress(address: string, maxLength = 254): string {
  return visible(address).slice(0, maxLength);
}

/** On one line, without control, format and private characters. */
export const visible = (text: string) => text.replace(/[\p{Z}\p{C}]+/gu, ' ').trim();
