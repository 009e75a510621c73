import type pg from 'pg';
import type { DatabaseUrls } from '../database/urls.ts';
import { withClient } from '../database/with-client.ts';
import { StartError } from '../errors.ts';
import { parseSql } from '../sql/parse-sql.ts';
import { COLUMNS, CONSTRAINTS, GRANTS, IS_THERE, POLICIES, TABLES } from './catalogue-queries.ts';
import { formatRows } from './format-rows.ts';
import { type Identity, identityOf, openSqlSession, type Rows, type SqlSession } from './sql-session.ts';

type Options = {
  urls: DatabaseUrls;
  identity: Identity;
  isReadOnly: boolean;
  /** Shows a result. */
  print(text: string): void;
  /** Of a terminal; undefined elsewhere. */
  width: number | undefined;
  isColourful: boolean;
};

export const HELP = `\\dt          the tables
\\d TABLE     its columns, constraints and indexes
\\dp TABLE    its policies and grants
\\as NAME     go on as this user (a name or an e-mail address), as anonymous, or as owner
\\q           end; so does Ctrl-D
A statement ends with a semicolon, and is a transaction of its own unless you write begin.`;

/** What one writes at the prompt, done: statements as somebody, and the commands that begin with a backslash. */
export class SqlConsole {
  readonly #options: Options;
  #session: SqlSession;

  private constructor(options: Options, session: SqlSession) {
    this.#options = options;
    this.#session = session;
  }

  /** @throws StartError `NOT_FOUND` for nobody, `NOT_MIGRATED` */
  static async open(options: Options): Promise<SqlConsole> {
    return new SqlConsole(options, await open(options));
  }

  /** Who sends the statements, and `*` within a transaction, `!` within one that has failed. */
  get prompt(): string {
    return `${this.#session.name}${{ I: '', T: '*', E: '!' }[this.#session.status]}`;
  }

  /** One statement. @throws pg.DatabaseError, StartError `INVALID_INPUT` */
  async execute(statement: string): Promise<void> {
    this.#show(await this.#run(statement));
  }

  /** A line that begins with a backslash. @returns false when it is the last */
  async command(line: string): Promise<boolean> {
    const [name, argument, ...more] = line.trim().replace(/;$/, '').split(/\s+/);
    const needsArgument = ['\\d', '\\dp', '\\as'].includes(name as string);
    if (more.length > 0 || needsArgument !== (argument !== undefined)) throw invalid(`\n${HELP}`);
    if (name === '\\q') return false;
    if (name === '\\?') this.#options.print(HELP);
    else if (name === '\\dt') this.#show(await this.#look(TABLES));
    else if (name === '\\d') await this.#describe(argument as string, COLUMNS, CONSTRAINTS);
    else if (name === '\\dp') await this.#describe(argument as string, POLICIES, GRANTS);
    else if (name === '\\as') await this.#become(argument as string);
    else throw invalid(`There is no ${name}.\n${HELP}`);
    return true;
  }

  cancel(): Promise<void> {
    return this.#session.cancel();
  }

  /** Undoes a transaction that is open, and ends the session. */
  close(): Promise<void> {
    return this.#session.close();
  }

  async #run(statement: string): Promise<Rows> {
    const session = this.#session;
    // What this parser does not understand, PostgreSQL explains better.
    const statements = await parseSql(statement).catch(() => []);
    if (statements.length > 1)
      throw invalid(`These are ${statements.length} statements. Write one at a time.`);
    const [{ type, fields } = { type: '', fields: {} }] = statements;
    const kind = type === 'TransactionStmt' ? String(fields.kind) : '';
    const done = (command: string): Rows => ({ command, count: null, columns: [], rows: [] });
    if (/_(BEGIN|START)$/.test(kind)) {
      if (fields.options)
        throw invalid('Write only begin: the console decides what kind of transaction it is.');
      if (session.status !== 'I') throw invalid('There is a transaction already.');
      await session.begin();
      return done('BEGIN');
    }
    if (/_(COMMIT|ROLLBACK|PREPARE|COMMIT_PREPARED|ROLLBACK_PREPARED)$/.test(kind)) {
      if (fields.chain || kind.includes('PREPARE'))
        throw invalid('Write only commit or rollback: each transaction begins with begin.');
      if (session.status === 'I') throw invalid('There is no transaction.');
      if (kind.endsWith('_COMMIT')) return session.commit();
      await session.rollback();
      return done('ROLLBACK');
    }
    return session.query(statement);
  }

  async #describe(table: string, ...questions: string[]): Promise<void> {
    const results = [];
    for (const question of questions) results.push(await this.#look(question, [table]));
    const { rows } = await this.#look(IS_THERE, [table]);
    if (rows.length === 0) throw invalid(`There is no table ${table}; \\dt lists those there are.`);
    for (const result of results) this.#show(result);
  }

  /** As the owner: what there is, whoever sends the statements. */
  #look(text: string, values: string[] = []): Promise<Rows> {
    return withClient(this.#options.urls.owner, async (client) => {
      const { rows, fields, command, rowCount } = await client.query<string[]>({
        text,
        values,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      } as pg.QueryArrayConfig);
      return {
        command,
        count: rowCount,
        columns: fields.map(({ name }) => ({ name, isNumber: false })),
        rows,
      };
    });
  }

  async #become(name: string): Promise<void> {
    if (this.#session.status !== 'I') throw invalid('End the transaction first: commit or rollback.');
    const next = await open({ ...this.#options, identity: identityOf(name) });
    await this.#session.close();
    this.#session = next;
  }

  #show(result: Rows): void {
    const { print, width, isColourful } = this.#options;
    print(formatRows(result, { width, isColourful }));
  }
}

const open = ({ urls, identity, isReadOnly }: Options): Promise<SqlSession> =>
  openSqlSession(urls, identity, { isReadOnly });

const invalid = (message: string) => new StartError('INVALID_INPUT', message);
