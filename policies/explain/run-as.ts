import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** How a statement is run within a function, by what it returns. */
const RUNNERS = {
  json: 'return query execute statement',
  text: 'return query execute statement',
  void: 'execute statement',
};

export type Actor = {
  role: string;
  /** Takes on the role and the user's settings. */
  become(client: pg.Client): Promise<unknown>;
};

/**
 * Runs a statement as a role that owns the function which runs it: there PostgreSQL lets it neither take another role,
 * such as the superuser's that has opened the connection, nor end the transaction.
 *
 * @returns the values of its only column
 */
export async function runAs<T>(
  client: pg.Client,
  { role, become }: Actor,
  statement: string,
  result: keyof typeof RUNNERS,
): Promise<T[]> {
  const name = `pg_temp.rowgate_run_${result}_${randomBytes(4).toString('hex')}`;
  const returns = result === 'void' ? 'void' : `setof ${result}`;
  await client.query(
    `create function ${name}(statement text) returns ${returns} language plpgsql volatile security definer
       as 'begin ${RUNNERS[result]}; end';
     alter function ${name}(text) owner to ${pg.escapeIdentifier(role)};
     grant execute on function ${name}(text) to public`,
  );
  await become(client);
  const { rows } = await client.query<{ result: T }>(`select ${name}($1) as result`, [statement]);
  return rows.map((row) => row.result);
}

/**
 * Makes somebody, until the end of the transaction, for whom no policy and no grant of the project stands in the way, and
 * who has no superuser's rights to files, programs and settings.
 *
 * @param becomeUser takes on the settings of a user, which the statement may read
 */
export async function openActor(
  client: pg.Client,
  becomeUser: Actor['become'] = async () => {},
): Promise<Actor> {
  const role = `rowgate_explain_${randomBytes(6).toString('hex')}`;
  await client.query(`create role ${role} nologin bypassrls in role pg_read_all_data, pg_write_all_data`);
  const { rows } = await client.query<{ routine: string }>(ROUTINES);
  const routines = rows.map(({ routine }) => routine).join(', ');
  if (routines) await client.query(`grant execute on routine ${routines} to ${role}`);
  return {
    role,
    become: async () => {
      await becomeUser(client);
      await client.query(`set local session authorization default; set local role ${role}`);
    },
  };
}

/** Of the project: not PostgreSQL's, nor those of extensions. */
const ROUTINES = `
select p.oid::regprocedure::text as routine from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
  select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`;
