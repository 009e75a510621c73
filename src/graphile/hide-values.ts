/** Characters. A shorter value is no secret, and hiding it would make a text unreadable. */
export const SHORTEST_HIDDEN = 4;
/** So many characters in a row, also of a longer value, are hidden: PostgreSQL and functions shorten what they quote. */
const PIECE = 6;

/**
 * Writes `…` in a text for every value, and for every piece of one, in any case.
 *
 * @param values at least SHORTEST_HIDDEN characters each
 */
export function hideValues(text: string, values: readonly string[]): string {
  const pieces = new Set<string>();
  for (const value of values.map(fold)) {
    if (value.length < PIECE) pieces.add(value);
    for (let at = 0; at + PIECE <= value.length; at++) pieces.add(value.slice(at, at + PIECE));
  }
  const folded = fold(text);
  const isHidden = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++)
    for (let length = SHORTEST_HIDDEN; length <= PIECE; length++)
      if (pieces.has(folded.slice(at, at + length))) isHidden.fill(1, at, at + length);

  let shown = '';
  for (let at = 0; at < text.length; at++)
    if (!isHidden[at]) shown += text[at];
    else if (!isHidden[at - 1]) shown += '…';
  return shown;
}

/** In lower case, with every character at its place. */
const fold = (text: string) =>
  text.replace(/[^a-z\d\s]/gu, (character) => {
    const lower = character.toLowerCase();
    return lower.length === character.length ? lower : character;
  });
