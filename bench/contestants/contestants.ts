import {
  issueTokensByRowgate,
  logInToRowgate,
  logInWithBetterAuth,
  logInWithExpressSession,
  noLogIn,
} from './log-in.ts';
import { graphqlRequest, type LogIn, plainRequest, type WriteRequest } from './operations.ts';

export type Contestant = {
  /** How `--only` and the tables call it. */
  letter: string;
  name: string;
  /** The module, beside this one, whose `start` builds its server. */
  server: string;
  /** A module whose `prepare` makes what it needs in the database beside schema.sql. */
  prepare?: string;
  writeRequest: WriteRequest;
  logIn: LogIn;
  /** Options of Node that its own start command has. */
  nodeOptions?: string[];
  /** Whether it answers everybody as the first account. */
  hasConstantUser: boolean;
};

/** Who is compared. Another way to log in is another row, with the same server. */
export const CONTESTANTS: readonly Contestant[] = [
  {
    letter: 'a',
    name: 'the floor: node:http and one statement',
    server: './servers/floor.ts',
    writeRequest: plainRequest,
    logIn: noLogIn,
    hasConstantUser: true,
  },
  {
    letter: 'b',
    name: 'stock PostGraphile, no session',
    server: './servers/stock-postgraphile.ts',
    writeRequest: graphqlRequest,
    logIn: noLogIn,
    hasConstantUser: true,
  },
  {
    letter: 'c',
    name: 'PostGraphile, express-session, connect-pg-simple',
    server: './servers/express-session.ts',
    writeRequest: graphqlRequest,
    logIn: logInWithExpressSession,
    hasConstantUser: false,
  },
  {
    letter: 'd',
    name: 'Rowgate, cookie',
    server: './servers/rowgate.ts',
    writeRequest: graphqlRequest,
    logIn: logInToRowgate,
    hasConstantUser: false,
  },
  {
    letter: 'e',
    name: 'Rowgate, bearer token',
    server: './servers/rowgate.ts',
    writeRequest: graphqlRequest,
    logIn: issueTokensByRowgate,
    hasConstantUser: false,
  },
  {
    letter: 'f',
    name: 'GraphQL Yoga, Kysely, better-auth',
    server: './yoga/start.mjs',
    prepare: './yoga/prepare.mjs',
    writeRequest: graphqlRequest,
    logIn: logInWithBetterAuth,
    hasConstantUser: false,
  },
];
