import { describe, expect, it } from '@jest/globals';
import { hideValues } from '../../src/graphile/hide-values.ts';
import { stackWithoutMessage } from '../../src/stack-without-message.ts';

describe('hideValues', () => {
  it.each([
    ['a value', 'given hunter2-hunter2, twice hunter2-hunter2', 'given …, twice …'],
    ['the start of a value', 'function "hunter2-h" does not exist', 'function "…" does not exist'],
    ['the end of a value', 'near "r2-hunter2"', 'near "…"'],
    ['another case', 'HUNTER2-HUNTER2 and \u00c9T\u00c9!', '… and …'],
    ['pieces one after another', 'hunter2-x-hunter2', '…x…'],
    ['nothing of five characters of a longer value', 'hunte', 'hunte'],
    ['short values whole', 'abcd abc \u0130abcd', '… abc \u0130…'],
  ])('hides %s', (_, text, shown) => {
    expect(hideValues(text, ['hunter2-hunter2', 'abcd', '\u00e9t\u00e9!'])).toBe(shown);
  });

  it('takes no time to speak of for long values', () => {
    const value = 'x1y2z3'.repeat(20_000);
    expect(hideValues(value, [value, value.slice(1)])).toBe('…');
  });
});

describe('stackWithoutMessage', () => {
  it('has the places, and no line of the message', () => {
    const error = new TypeError('one\n    at canary (x.ts:1:1)\n at canary');
    expect(stackWithoutMessage(error)).toMatch(/^TypeError\n\s+at .*hide-values\.test\.ts/);
    expect(stackWithoutMessage(error)).not.toContain('canary');
  });

  it('has nothing but the name where the message is another by now', () => {
    const error = new Error('one\n    at canary');
    expect(error.stack).toContain('canary');
    error.message = 'two';
    expect(stackWithoutMessage(error)).toBe('Error');
  });

  it.each([undefined, null, 'a text', 1, {}])('can be asked of %p', (thrown) => {
    expect(stackWithoutMessage(thrown)).toBe('Error');
  });
});
