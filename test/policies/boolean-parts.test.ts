import { describe, expect, it } from '@jest/globals';
import { booleanParts, conjuncts } from '../../policies/sql/boolean-parts.ts';

describe('conjuncts', () => {
  it.each([
    ['a', ['a']],
    ['((a) AND (b))', ['a', 'b']],
    ['(a AND b AND c)', ['a', 'b', 'c']],
    ['((a AND b) AND c)', ['a', 'b', 'c']],
    ['((a = 1) AND ((b = 2) OR (c = 3)))', ['a = 1', '(b = 2) OR (c = 3)']],
    ['((a AND b) OR c)', ['(a AND b) OR c']],
    ['a or b and c', ['a or b and c']],
    ["((name = 'this and that') AND b)", ["name = 'this and that'", 'b']],
    ["((name = 'it''s (one) and') AND b)", ["name = 'it''s (one) and'", 'b']],
    [String.raw`((name = E'\' and ') AND b)`, [String.raw`name = E'\' and '`, 'b']],
    ['(("and" = 1) AND ("or" = 2))', ['"and" = 1', '"or" = 2']],
    ['a between 1 and 2 and b', ['a between 1 and 2', 'b']],
    [
      'a not between symmetric 1 and 2 and b between c and d',
      ['a not between symmetric 1 and 2', 'b between c and d'],
    ],
    ['(CASE WHEN (a AND b) THEN c ELSE d END AND e)', ['CASE WHEN (a AND b) THEN c ELSE d END', 'e']],
    ['case when a and b then c and d else e end and f', ['case when a and b then c and d else e end', 'f']],
    [
      'case when a then case when b and c then d end end and e',
      ['case when a then case when b and c then d end end', 'e'],
    ],
    [
      "((tag = ANY (ARRAY['x'::text, 'y and z'::text])) AND b)",
      ["tag = ANY (ARRAY['x'::text, 'y and z'::text])", 'b'],
    ],
    [
      '((id IN ( SELECT m.id FROM m WHERE (m.a AND m.b))) AND c)',
      ['id IN ( SELECT m.id FROM m WHERE (m.a AND m.b))', 'c'],
    ],
    ['((a = $$ and $$) AND b)', ['a = $$ and $$', 'b']],
    ['(NOT (a AND b))', ['NOT (a AND b)']],
  ] as [string, string[]][])('of %s', (condition, parts) => {
    expect(conjuncts(condition)).toEqual(parts);
  });
});

describe('booleanParts', () => {
  it('can tell what joins the parts', () => {
    expect(booleanParts('((a) OR (b AND c))')).toEqual({ operator: 'or', parts: ['a', 'b AND c'] });
    expect(booleanParts('(a)')).toEqual({ operator: null, parts: ['a'] });
  });
});
