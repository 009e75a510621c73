import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { ColumnShape } from './table-shape.ts';

const DAY = 24 * 3600 * 1000;
const moment = (days: number) => new Date(Date.now() + days * DAY).toISOString();

/**
 * Values for a column, likeliest first; a factory tries the next when a check constraint refuses one. Texts are random, so
 * that unique columns take several rows.
 */
export function valueCandidates({ type, labels, isArray }: ColumnShape): unknown[] {
  if (labels) return labels;
  if (isArray) return ['{}', '{x}', '{1}'];
  const word = `x${randomBytes(6).toString('hex')}`;
  switch (type) {
    case 'boolean':
      return [false, true];
    case 'smallint':
      return [randomInt(1, 30_000), 1, 0, 10, -1];
    case 'integer':
    case 'bigint':
    case 'numeric':
    case 'real':
    case 'double precision':
      return [randomInt(1, 2_000_000_000), 1, 0, 10, 100, 0.5, -1];
    case 'uuid':
      return [randomUUID()];
    case 'date':
    case 'timestamp with time zone':
    case 'timestamp without time zone':
      return [moment(0), moment(1), moment(-1), moment(400)];
    case 'time without time zone':
    case 'time with time zone':
      return ['12:00'];
    case 'interval':
      return ['1 day', '1 minute', '1 year'];
    case 'json':
    case 'jsonb':
      return ['{}', '[]', `"${word}"`];
    case 'bytea':
      return [randomBytes(16), randomBytes(32)];
    case 'inet':
    case 'cidr':
      return ['192.0.2.1'];
    case 'xml':
      return [`<${word}/>`];
    default:
      if (type.endsWith('range')) return ['empty'];
      return [
        word,
        `${word}@example.com`,
        `https://example.com/${word}`,
        `${word}.example.com`,
        `X${word}`,
        `/${word}`,
        'en',
        'EUR',
        `+49${randomInt(1e9, 2e9)}`,
        `#${randomBytes(3).toString('hex')}`,
        String(randomInt(1e5, 1e6)),
        'x',
      ];
  }
}
