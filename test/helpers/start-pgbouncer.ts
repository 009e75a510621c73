import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { freePort } from './free-port.ts';

/** The number of the user `nobody`; PgBouncer refuses to be root. */
const NOBODY = 65534;

/**
 * A PgBouncer of the test's own in transaction mode, in front of the database of a URL, with so few connections that
 * sessions have to share them. The program `pgbouncer` has to be there.
 */
export async function startPgbouncer(databaseUrl: string, { poolSize = 4 } = {}) {
  const { hostname, port: databasePort } = new URL(databaseUrl);
  const { user, password } = parseDatabaseUrl(databaseUrl);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'rowgate-pgbouncer-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'users.txt'), `"${user}" "${password}"\n`);
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(
    configuration,
    `[databases]
* = host=${hostname} port=${databasePort || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
admin_users = ${user}
pool_mode = transaction
default_pool_size = ${poolSize}
`,
  );

  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn('pgbouncer', [configuration], { ...asNobody, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  const started = new Promise<void>((resolve, reject) => {
    child.once('error', () =>
      reject(
        new Error(
          'The program `pgbouncer` is not on the path. Install it, e.g. `apt-get install pgbouncer`.',
        ),
      ),
    );
    child.once('exit', () => reject(new Error(`pgbouncer did not start:\n${output}`)));
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (output.includes('process up')) resolve();
    });
  });
  await started;

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const admin = new URL(url);
  admin.pathname = '/pgbouncer';
  return {
    url: url.href,
    /** Its console, which knows `show pools` and the like. */
    adminUrl: admin.href,
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
