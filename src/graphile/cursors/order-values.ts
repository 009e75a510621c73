import type { PgCodec } from 'postgraphile/@dataplan/pg';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { type SQL, sql } from 'postgraphile/@dataplan/pg/pg-sql2';
import type { Order } from './order.ts';

/** Their usual text depends on settings of the session, and on what the search path finds. */
const BY_JSON = new Set<PgCodec>([TYPES.date, TYPES.timestamp, TYPES.timestamptz]);
const BY_OID = new Set<PgCodec>([
  TYPES.regproc,
  TYPES.regprocedure,
  TYPES.regoper,
  TYPES.regoperator,
  TYPES.regclass,
  TYPES.regtype,
  TYPES.regrole,
  TYPES.regnamespace,
  TYPES.regconfig,
  TYPES.regdictionary,
]);

const UNORDERED = new Set<PgCodec>([
  TYPES.json,
  TYPES.jsonpath,
  TYPES.xml,
  TYPES.point,
  TYPES.line,
  TYPES.lseg,
  TYPES.box,
  TYPES.path,
  TYPES.polygon,
  TYPES.circle,
]);

/** Whether PostgreSQL can order by it at all. */
export function hasOrder(codec: PgCodec): boolean {
  const parts = [
    codec.arrayOfCodec ?? codec.rangeOfCodec ?? codec.domainOfCodec,
    ...Object.values(codec.attributes ?? {}).map((attribute) => attribute.codec),
  ];
  return !UNORDERED.has(codec) && parts.every((part) => !part || hasOrder(part as PgCodec));
}

/**
 * The value of a row as text that holds all of it. The API's own form does not: it leaves out eras and infinity, and
 * rounds.
 */
export function toText({ fragment, codec }: Pick<Order, 'fragment' | 'codec'>): SQL {
  const base = baseOf(codec);
  if (BY_JSON.has(base)) return sql`(to_json(${fragment}) #>> '{}')`;
  if (BY_OID.has(base)) return sql`(${fragment})::oid::text`;
  return sql`(${fragment})::text`;
}

/** The value that `toText` wrote. */
export const fromText = (text: string, { codec }: Order): SQL =>
  sql`${sql.value(text)}::${baseOf(codec).sqlType}`;

/** The expression in the same type, as no operator compares a domain of an enum with the enum. An index on it still serves. */
export const toComparable = ({ fragment, codec }: Order): SQL =>
  codec.domainOfCodec ? sql`${sql.parens(fragment)}::${baseOf(codec).sqlType}` : fragment;

/** Domains compare as what they are made of, and a value that was stored need not meet their checks again. */
function baseOf(codec: PgCodec): PgCodec {
  return codec.domainOfCodec ? baseOf(codec.domainOfCodec as PgCodec) : codec;
}
