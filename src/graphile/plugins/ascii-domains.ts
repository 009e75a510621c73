import { domainOfCodec, type PgCodec, TYPES } from 'postgraphile/@dataplan/pg';
import { withAsciiDomain } from '../../identity.ts';

/** Arguments of functions with these names hold an address, or a user name in whose place an address may stand. */
const ARGUMENTS = new Set(['email', 'username']);

/** Text on its way to PostgreSQL, with the domain in ASCII if it is an e-mail address. A `String` for clients. */
const identifierCodec: PgCodec = {
  ...domainOfCodec(TYPES.text, 'identifier', TYPES.text.sqlType),
  toPg: withAsciiDomain,
};

/**
 * The one place where addresses enter: every argument `email` or `username` of a function in the API, and the column
 * `user_emails.email` wherever it is written, compared or looked up, gets its domain in ASCII.
 */
export const AsciiDomainsPlugin: GraphileConfig.Plugin = {
  name: 'AsciiDomainsPlugin',
  version: '1.0.0',
  gather: {
    hooks: {
      pgCodecs_attribute(_info, { pgClass, pgAttribute, attribute }) {
        if (pgClass.relname === 'user_emails' && pgAttribute.attname === 'email')
          attribute.codec = identifierCodec;
      },
      pgProcedures_PgResourceOptions(_info, { resourceOptions }) {
        for (const parameter of resourceOptions.parameters ?? [])
          if (ARGUMENTS.has(parameter.name ?? '') && parameter.codec === TYPES.text)
            parameter.codec = identifierCodec;
      },
    },
  },
  schema: {
    hooks: {
      init: {
        before: ['PgCodecs'],
        callback(initial, build) {
          build.setGraphQLTypeForPgCodec(identifierCodec, ['input', 'output'], 'String');
          return initial;
        },
      },
    },
  },
};
