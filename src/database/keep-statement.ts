import { LRUCache } from 'lru-cache';

/** Prepared statements that a connection keeps. */
const MAX_STATEMENTS = 200;
/**
 * Characters of their texts together. A backend was seen to take 10 bytes for each in a plain filter, and 150 in one that
 * asks for other tables under their policies; so this is 40 MB at the most.
 */
const MAX_CHARACTERS = 250_000;
/** Characters of a statement that is not prepared at all: it would drive out many others. */
const LARGE = 30_000;
/** Characters of a statement that is prepared when it is sent for the second time; most of those are never sent again. */
const MIDDLING = 2_000;
/** Of how many of these a process remembers that it has sent them. */
const SENT_ONCE = 1_000;

type Statements = { texts: Map<string, number>; characters: number };

/** By connection, the prepared statements with the length of their texts; the one that was used last comes last. */
const byConnection = new WeakMap<object, Statements>();
const sentOnce = new LRUCache<string, true>({ max: SENT_ONCE });

/**
 * Decides whether a connection is to keep a statement that it is about to run. Clients choose the documents, and so how
 * many different statements there are and how long, so a connection keeps only so much of them.
 *
 * @returns the names of the statements that are to be given up for it, which were used longest ago; null when it is not to
 * be kept, and so is to be sent without its name.
 */
export function keepStatement(connection: object, name: string, text: string): string[] | null {
  const statements = byConnection.get(connection) ?? { texts: new Map(), characters: 0 };
  byConnection.set(connection, statements);
  const { texts } = statements;
  if (texts.delete(name)) {
    texts.set(name, text.length);
    return [];
  }
  if (text.length > LARGE) return null;
  if (text.length > MIDDLING && !sentOnce.has(name)) {
    sentOnce.set(name, true);
    return null;
  }
  texts.set(name, text.length);
  statements.characters += text.length;
  const given: string[] = [];
  for (const [oldest, length] of texts) {
    if (texts.size <= MAX_STATEMENTS && statements.characters <= MAX_CHARACTERS) break;
    texts.delete(oldest);
    statements.characters -= length;
    given.push(oldest);
  }
  return given;
}
