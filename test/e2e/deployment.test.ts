import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.ts';
import { freePort } from '../helpers/free-port.ts';
import { HttpClient } from '../helpers/http-client.ts';
import { type MailServer, startMailServer } from '../helpers/mail-server.ts';
import { mutate } from '../helpers/mutate.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { startRedis } from '../helpers/start-redis.ts';
import { until } from '../helpers/until.ts';
import { buildImage, type Image } from './helpers/build-image.ts';
import { type Container, startContainer } from './helpers/container.ts';
import { dependenciesOf, inOrder, readCompose, type Service } from './helpers/read-compose.ts';
import { startProxy } from './helpers/start-proxy.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** As if `docker compose up` had been called, with folders for images, processes for containers, and ports for names. */
describe('Dockerfile and docker-compose.yml, followed without Docker', () => {
  const undo: Array<() => Promise<unknown>> = [];
  const containers = new Map<string, Container[]>();
  /** Where a service's port is in truth: `postgres:5432` → `127.0.0.1:40123`. */
  const addresses = new Map<string, string>();
  let services: Record<string, Service>;
  let image: Image;
  let mail: MailServer;
  let proxy: Awaited<ReturnType<typeof startProxy>>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowgate-deployment-'));
    await chmod(folder, 0o755);
    undo.push(() => rm(folder, { recursive: true, force: true }));
    image = await buildImage(project, folder);

    // The services that are images of others.
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      settings: { fsync: 'off' },
    });
    undo.push(() => postgres.stop());
    addresses.set('postgres:5432', new URL(postgres.rootUrl).host);
    const redis = await startRedis();
    undo.push(() => redis.stop());
    addresses.set('redis:6379', new URL(redis.url).host);
    mail = await startMailServer();
    undo.push(() => mail.close());
    addresses.set('mail:1025', new URL(mail.url).host);

    services = readCompose(await readFile(join(project, 'docker-compose.yml'), 'utf8'), {
      POSTGRES_PASSWORD: postgres.passwords.root,
      SESSION_SECRET: randomBytes(32).toString('hex'),
      KEY_ENCRYPTION_SECRET: randomBytes(32).toString('hex'),
    });
    for (const [name, service] of inOrder(services)) {
      for (const [dependency, condition] of dependenciesOf(service)) await waitFor(dependency, condition);
      if (service.build) await startBuilt(name, service);
      else if (name === 'proxy') await startStandInForCaddy(service);
      else if (![...addresses.keys()].some((address) => address.startsWith(`${name}:`)))
        throw new Error(`There is no stand-in for ${name} (${service.image}).`);
    }
  }, 300_000);
  afterAll(async () => {
    for (const container of [...containers.values()].flat()) await container.stop();
    for (const step of undo.reverse()) await step();
  });

  const environmentOf = ({ environment = {} }: Service) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        String(value).replace(
          /(?<=@|\/\/)([a-z]+:\d+)(?=\/|$)/g,
          (address) => addresses.get(address) ?? address,
        ),
      ]),
    );

  async function startBuilt(name: string, service: Service): Promise<void> {
    expect(service.build).toBe('.');
    for (let replica = 0; replica < (service.deploy?.replicas ?? 1); replica++) {
      // Containers have addresses of their own, and may all use one port.
      const PORT = String(await freePort());
      const container = startContainer(image, service.command ?? image.command, {
        ...environmentOf(service),
        PORT,
        BCRYPT_COST: '4',
      });
      containers.set(name, [...(containers.get(name) ?? []), container]);
      addresses.set(`${name}:${image.ports[0]}#${replica}`, `127.0.0.1:${PORT}`);
    }
  }

  async function waitFor(name: string, condition: string): Promise<void> {
    const started = containers.get(name) ?? [];
    if (condition === 'service_completed_successfully') {
      for (const container of started)
        if ((await container.ended) !== 0) throw new Error(`${name} has failed:\n${container.output}`);
    } else if (condition === 'service_healthy') {
      const { test = [] } = services[name]?.healthcheck ?? {};
      const [kind, program, ...args] = test;
      expect(kind).toBe('CMD');
      const { hostname, port } = new URL(`tcp://${addresses.get(`${name}:5432`)}`);
      const env = { ...process.env, PGHOST: hostname, PGPORT: port };
      await run(program as string, args, { env }).catch((error) => {
        throw new Error(
          `${program} is not there, or says no; it comes with PostgreSQL's client: ${error.message}`,
        );
      });
    }
  }

  async function startStandInForCaddy({ command = [] }: Service): Promise<void> {
    expect(command.slice(0, 2)).toEqual(['caddy', 'reverse-proxy']);
    const option = (name: string) => command[command.indexOf(name) + 1] as string;
    expect(`https://${option('--from')}`).toBe(services.server?.environment?.ROOT_URL);
    const targets = [...addresses].filter(([name]) => name.startsWith(`${option('--to')}#`));
    expect(targets).toHaveLength(2);
    const servers = containers.get('server') as Container[];
    await until(async () => {
      for (const server of servers)
        if (server.hasEnded()) throw new Error(`A server ended:\n${server.output}`);
      return (await Promise.all(servers.map((server) => server.isHealthy()))).every(Boolean);
    }, 60_000);
    proxy = await startProxy(targets.map(([, address]) => address));
    undo.push(() => proxy.close());
  }

  it('can be used by a browser: registration, mail, login and queries, through two servers that know no difference', async () => {
    const client = new HttpClient(proxy.server);
    const { username, email, password } = await client.register();
    expect([...client.cookies.keys()].sort()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^__Host-rowgate$/)]),
    );
    for (let i = 0; i < 6; i++)
      expect((await client.currentUser()).data.currentUser).toMatchObject({ username });

    const received = await mail.next(({ to }) => to === email);
    expect(received.text).toContain('https://localhost/account/verify-email#token=');
    const { errors } = await mutate(client, 'verifyEmail', { token: tokenIn(received) });
    expect(errors).toBeUndefined();

    await client.logout();
    expect((await client.currentUser()).data).toEqual({ currentUser: null });
    expect((await client.login(email, password)).errors).toBeUndefined();
    const { data } = await client.graphql('{ currentUser { username } userEmails { nodes { isVerified } } }');
    expect(data).toEqual({ currentUser: { username }, userEmails: { nodes: [{ isVerified: true }] } });
    expect(Math.min(...proxy.served.values())).toBeGreaterThan(5);
  });

  it('can be seen to be in production: no page for developers, TLS demanded, and nothing that belongs to root', async () => {
    const client = new HttpClient(proxy.server);
    expect((await client.request('get', '/graphiql')).status).toBe(404);
    const { headers } = await client.request('get', '/readyz').expect(200);
    expect(headers['strict-transport-security']).toBeDefined();
    expect(image.user).toBe('node');
    if (process.getuid?.() === 0)
      for (const { pid } of [...containers.get('server')!, ...containers.get('worker')!])
        expect((await stat(`/proc/${pid}`)).uid).toBe(1000);
  });

  it('cannot be started without secrets of its own', async () => {
    const environment = { ...environmentOf(services.server as Service), SESSION_SECRET: '' };
    const container = startContainer(image, image.command, environment);
    expect(await container.ended).toBe(1);
    expect(container.output).toContain('SESSION_SECRET must be set in production');
  });

  it('can be set up and migrated again, as the next `up` does', async () => {
    for (const name of ['setup', 'migrate']) {
      const service = services[name] as Service;
      const container = startContainer(image, service.command as string[], environmentOf(service));
      expect(`${name} ${await container.ended}`).toBe(`${name} 0`);
    }
    expect((await new HttpClient(proxy.server).currentUser()).data).toEqual({ currentUser: null });
  });

  it('can be stopped in order by SIGTERM, within 15 seconds, and is unhealthy then', async () => {
    const stoppedAt = performance.now();
    const running = [...containers.get('server')!, ...containers.get('worker')!];
    expect(await Promise.all(running.map((container) => container.stop()))).toEqual([0, 0, 0]);
    expect(performance.now() - stoppedAt).toBeLessThan(15_000);
    expect(await containers.get('server')![0]!.isHealthy()).toBe(false);
  });
});
