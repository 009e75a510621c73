import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { CodedError } from '../error-codes.ts';

/** What a cursor holds: the row's values in the order of its page, as PostgreSQL writes them, or its number. */
export type CursorValues = readonly (string | null)[] | readonly [number];

/** Characters of the signature, of 6 bits each: more than can be guessed. */
const SIGNATURE_LENGTH = 16;

/** Writes and reads the cursors of one order of rows. */
export type CursorText = {
  write(values: CursorValues): string;
  /**
   * @param field the argument that it was given for
   * @throws CodedError `INVALID_INPUT`
   */
  read(text: unknown, field: 'after' | 'before'): CursorValues;
};
/** @param order what no other order of rows has */
export type MakeCursorText = (order: string) => CursorText;

/**
 * Cursors are signed together with the order that they belong to, so a cursor of another order, a changed one and one from
 * elsewhere are all refused before PostgreSQL sees any of it.
 *
 * @param secrets newest first: the first signs, all verify
 */
export function makeCursorTexts(secrets: readonly string[]): MakeCursorText {
  const keys = secrets.map((secret) => derive(createSecretKey(secret, 'utf8'), 'rowgate cursor'));

  return (order) => {
    const orderKeys = keys.map((key) => derive(key, order));
    return {
      write(values) {
        const signature = sign(orderKeys[0] as KeyObject, values);
        return Buffer.from(JSON.stringify([signature, ...values])).toString('base64');
      },
      read(text, field) {
        const cursor = parseCursor(text);
        if (cursor && orderKeys.some((key) => isEqual(cursor.signature, sign(key, cursor.values))))
          return cursor.values;
        throw new CodedError(
          'INVALID_INPUT',
          `\`${field}\` is not a cursor of this list in this order. Use a cursor that the same list returned with the same \`orderBy\`.`,
          { field },
        );
      },
    };
  };
}

/** Key objects: with plain bytes a signature takes six times as long, and a page has many. */
const derive = (key: KeyObject, text: string): KeyObject =>
  createSecretKey(createHmac('sha256', key).update(text).digest());

const sign = (key: KeyObject, values: CursorValues): string =>
  createHmac('sha256', key).update(JSON.stringify(values)).digest('base64url').slice(0, SIGNATURE_LENGTH);

/** The parts of a cursor, which may be forged; null if it has not the form of one. */
export function parseCursor(text: unknown): { signature: string; values: CursorValues } | null {
  if (typeof text !== 'string') return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    if (!Array.isArray(parts) || typeof parts[0] !== 'string') return null;
    return { signature: parts[0], values: parts.slice(1) };
  } catch {
    return null;
  }
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
