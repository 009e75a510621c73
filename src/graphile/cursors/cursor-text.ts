import { createHmac, timingSafeEqual } from 'node:crypto';
import { CodedError } from '../error-codes.ts';

/** What a cursor holds: the row's values in the order of its page, as PostgreSQL writes them, or its number. */
export type CursorValues = readonly (string | null)[] | readonly [number];

/** Bytes of the signature: more than can be guessed, and short enough for an address. */
const SIGNATURE_BYTES = 12;

export type CursorText = ReturnType<typeof makeCursorText>;

/**
 * Writes and reads cursors. They are signed together with the order that they belong to, so a cursor of another order,
 * a changed one and one from elsewhere are all refused before PostgreSQL sees any of it.
 *
 * @param secrets newest first: the first signs, all verify
 */
export function makeCursorText(secrets: readonly string[]) {
  const keys = secrets.map((secret) => createHmac('sha256', secret).update('rowgate cursor').digest());
  const sign = (key: Buffer, order: string, values: CursorValues) =>
    createHmac('sha256', key)
      .update(`${order}\n${JSON.stringify(values)}`)
      .digest()
      .toString('base64url', 0, SIGNATURE_BYTES);

  return {
    /** @param order what no other order of rows has */
    write(order: string, values: CursorValues): string {
      const signature = sign(keys[0] as Buffer, order, values);
      return Buffer.from(JSON.stringify([signature, ...values])).toString('base64');
    },

    /**
     * @param field the argument that it was given for
     * @throws CodedError `INVALID_INPUT`
     */
    read(order: string, text: unknown, field: 'after' | 'before'): CursorValues {
      const cursor = parseCursor(text);
      if (cursor && keys.some((key) => isEqual(cursor.signature, sign(key, order, cursor.values))))
        return cursor.values;
      throw new CodedError(
        'INVALID_INPUT',
        `\`${field}\` is not a cursor of this list in this order. Use a cursor that the same list returned with the same \`orderBy\`.`,
        { field },
      );
    },
  };
}

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
