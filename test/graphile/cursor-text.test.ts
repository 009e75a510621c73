import { describe, expect, it } from '@jest/globals';
import { makeCursorTexts } from '../../src/graphile/cursors/cursor-text.ts';
import { CodedError } from '../../src/graphile/error-codes.ts';

describe('the text of a cursor', () => {
  const OLD = 'a'.repeat(32);
  const NEW = 'b'.repeat(32);
  const values = ['1', null, '🐘"\\'];

  it('can be read again, by servers with the same secret', () => {
    const text = makeCursorTexts([NEW])('order').write(values);
    expect(makeCursorTexts([NEW])('order').read(text, 'after')).toEqual(values);
    expect(makeCursorTexts([NEW])('order').write(values)).toBe(text);
  });

  it('can be read while the old secret stands behind the new one, and not afterwards', () => {
    const text = makeCursorTexts([OLD])('order').write(values);
    expect(makeCursorTexts([NEW, OLD])('order').read(text, 'after')).toEqual(values);
    expect(() => makeCursorTexts([NEW])('order').read(text, 'after')).toThrow(CodedError);
    expect(() =>
      makeCursorTexts([OLD])('order').read(makeCursorTexts([NEW, OLD])('order').write(values), 'after'),
    ).toThrow(CodedError);
  });

  it('cannot be read for another order, nor with other values', () => {
    const { write, read } = makeCursorTexts([NEW])('order');
    const text = write(values);
    expect(() => makeCursorTexts([NEW])('another').read(text, 'before')).toThrow(CodedError);
    const parts = JSON.parse(Buffer.from(text, 'base64').toString());
    for (const index of parts.keys()) {
      const changed = parts.with(index, 'x');
      expect(() => read(Buffer.from(JSON.stringify(changed)).toString('base64'), 'after')).toThrow(
        CodedError,
      );
    }
  });
});
