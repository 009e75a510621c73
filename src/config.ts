import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { limitsEnvironment, toLimits } from './config-limits.ts';
import { origins } from './config-origins.ts';
import { mailFrom, offOr, originUrl, postgresUrl, redisUrl, serviceUrl, url } from './config-urls.ts';
import { parseDatabaseUrl } from './database/urls.ts';
import { StartError } from './errors.ts';
import { parseDuration } from './parse-duration.ts';

/** Seconds; browsers keep no cookie for longer than 400 days, and dates have an end. */
const LONGEST_SESSION = 3650 * 24 * 3600;
/** A default that lets a fresh clone start; refused in production. */
const DEVELOPMENT_SECRET = 'for development only, never for production';

const secrets = z
  .string()
  .transform((value) => value.split(',').map((item) => item.trim()))
  .refine((parts) => parts.every(Boolean), {
    error: 'must be secrets separated by commas, none of them empty',
  });
const duration = z.string().transform((value, context) => {
  const seconds = parseDuration(value);
  if (seconds !== null && seconds <= LONGEST_SESSION) return seconds;
  context.addIssue({
    code: 'custom',
    message: 'must be a time such as `30 minutes`, `12 hours` or `3 days`, of 3650 days at most',
  });
  return z.NEVER;
});
const onOff = z.enum(['on', 'off'], { error: 'must be `on` or `off`' });
const integer = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const environment = z.object({
  // Anything else, such as `staging`, would be development: with its pages, and with secrets that everybody knows.
  NODE_ENV: z
    .enum(['development', 'production', 'test'], {
      error: 'must be `production` for every deployment, whatever you call it, or else `development`',
    })
    .default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65535).default(5678),
  ROOT_URL: originUrl.optional(),
  ALLOWED_ORIGINS: origins.default([]),
  DATABASE_URL: postgresUrl('user', 'database').optional(),
  DATABASE_OWNER_URL: postgresUrl('user', 'database').optional(),
  ROOT_DATABASE_URL: postgresUrl().optional(),
  SHADOW_DATABASE_URL: postgresUrl('user', 'database').optional(),
  DATABASE_READ_URL: postgresUrl('user', 'database').optional(),
  DATABASE_LISTEN_URL: offOr(postgresUrl('user', 'database')).optional(),
  PREPARED_STATEMENTS: onOff.default('on'),
  DATA_DIR: z.string().default('.data'),
  SESSION_SECRET: secrets.default([DEVELOPMENT_SECRET]),
  KEY_ENCRYPTION_SECRET: secrets.default([DEVELOPMENT_SECRET]),
  SESSION_IDLE: duration.default(3 * 24 * 3600),
  SESSION_ABSOLUTE: duration.default(30 * 24 * 3600),
  REDIS_URL: redisUrl.optional(),
  WEB_CONCURRENCY: integer(1, 64).default(1),
  SMTP_URL: serviceUrl('smtp', 'smtps').optional(),
  // `fetch` refuses it with them, and says them aloud in its error, which is logged and kept with the job.
  WEBHOOK_URL: url('http', 'https')
    .refine((value) => !/^https?:\/\/[^/?#]*@/i.test(value), {
      error: 'must hold no user name and password; the receiver checks the signature',
    })
    .optional(),
  WEBHOOK_SECRET: z.string().min(32, { error: 'must be at least 32 characters long' }).optional(),
  MOCKS: onOff.default('off'),
  MAIL_FROM: mailFrom.default('Rowgate <no-reply@localhost>'),
  BCRYPT_COST: integer(4, 15).default(12),
  ...limitsEnvironment,
  METRICS_PORT: integer(0, 65535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url('http', 'https').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
});

/** The names of all settings. */
export const SETTINGS = Object.keys(environment.shape);

/** Everything that can be set, checked and typed. */
export type Config = ReturnType<typeof toConfig>;

function toConfig(env: z.infer<typeof environment>) {
  const isProduction = env.NODE_ENV === 'production';
  const rootUrl = new URL(env.ROOT_URL ?? `http://localhost:${env.PORT}`);
  return {
    isProduction,
    host: env.HOST,
    /** 0: any free port. */
    port: env.PORT,
    /** Where browsers find this server; mails link to it. */
    rootUrl: rootUrl.origin,
    /** Origins beside rootUrl whose pages may call the API with the user's cookie. */
    allowedOrigins: env.ALLOWED_ORIGINS,
    /** Bytes of a request's body, and of a message over a socket. */
    maxRequestLength: 100_000,
    ...toLimits(env),
    database: {
      /** Undefined: the embedded PostgreSQL. */
      url: env.DATABASE_URL,
      ownerUrl: env.DATABASE_OWNER_URL,
      rootUrl: env.ROOT_DATABASE_URL,
      shadowUrl: env.SHADOW_DATABASE_URL,
      /** A streaming replica for `query` operations. */
      readUrl: env.DATABASE_READ_URL,
      /** Where LISTEN works; undefined: through `url`; null: there are no live queries. */
      listenUrl: env.DATABASE_LISTEN_URL === 'off' ? null : env.DATABASE_LISTEN_URL,
      /** Off behind a pooler in transaction mode that cannot follow prepared statements, such as PgBouncer before 1.21. */
      preparesStatements: env.PREPARED_STATEMENTS === 'on',
      dataDir: resolve(env.DATA_DIR),
    },
    session: {
      /** Newest first: the first signs, all verify. */
      secrets: env.SESSION_SECRET,
      /** Seconds. */
      idle: env.SESSION_IDLE,
      /** Seconds. */
      absolute: env.SESSION_ABSOLUTE,
      /** Browsers keep a `__Host-` cookie only over https, for this host and path `/`. */
      isSecure: isProduction,
    },
    /** Encrypts the private signing keys in the database. Newest first: the first encrypts, all decrypt. */
    keyEncryptionSecrets: env.KEY_ENCRYPTION_SECRET,
    /** Keeps cookies and rate limits, instead of PostgreSQL. */
    redisUrl: env.REDIS_URL,
    /** Server processes on this machine. */
    webConcurrency: env.WEB_CONCURRENCY,
    bcryptCost: env.BCRYPT_COST,
    mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM },
    /** Where the task `post_webhook` posts events, and what signs them; null: nowhere. */
    webhook:
      env.WEBHOOK_URL && env.WEBHOOK_SECRET ? { url: env.WEBHOOK_URL, secret: env.WEBHOOK_SECRET } : null,
    /** Outbound HTTP is answered by mocks/ and not by the services. */
    mocks: env.MOCKS === 'on',
    /** For Prometheus; undefined: nothing is counted. */
    metricsPort: env.METRICS_PORT,
    /** Where OpenTelemetry traces are sent; undefined: nothing is traced. */
    tracesEndpoint: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: env.LOG_LEVEL ?? (isProduction ? 'info' : 'warn'),
  };
}

/** Settings that are right by themselves, and can never work together. */
function contradictions(env: z.infer<typeof environment>): string[] {
  const problems: string[] = [];
  if (env.SESSION_IDLE > env.SESSION_ABSOLUTE)
    problems.push('SESSION_IDLE must not be longer than SESSION_ABSOLUTE');
  if (env.METRICS_PORT === env.PORT && env.PORT !== 0)
    problems.push('METRICS_PORT must be another port than PORT');
  const [server, owner, shadow] = [env.DATABASE_URL, env.DATABASE_OWNER_URL, env.SHADOW_DATABASE_URL].map(
    (value) => value && parseDatabaseUrl(value),
  );
  if (server && owner && server.user === owner.user)
    problems.push(
      'DATABASE_URL must log in as another user than DATABASE_OWNER_URL: policies do not hold for the owner of a table',
    );
  if (shadow && [server, owner].some((other) => other && other.database === shadow.database))
    problems.push('SHADOW_DATABASE_URL must name a database of its own: it is dropped and made again');
  return problems;
}

/** What only a deployment must set: defaults are for a clone on one's own machine. */
function productionProblems(env: NodeJS.ProcessEnv): string[] {
  const required = ['DATABASE_URL', 'DATABASE_OWNER_URL', ...SECRETS, 'ROOT_URL', 'SMTP_URL'];
  const missing = required.filter((name) => !env[name]).map((name) => `${name} must be set in production`);
  const weak = SECRETS.filter((name) => (env[name] ?? '').split(',').some(isWeak)).map(
    (name) => `${name} must be random and at least 32 characters long, e.g. from \`openssl rand -hex 32\``,
  );
  const mocks =
    env.MOCKS === 'on'
      ? ['MOCKS must be off in production: services would be answered for by inventions']
      : [];
  const { protocol, hostname } = URL.canParse(env.ROOT_URL ?? '') ? new URL(env.ROOT_URL as string) : {};
  const insecure =
    protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname as string)
      ? ['ROOT_URL must be https in production: browsers keep no session cookie of an http address']
      : [];
  return [...missing, ...weak, ...mocks, ...insecure];
}

const SECRETS = ['SESSION_SECRET', 'KEY_ENCRYPTION_SECRET'];

/** Too short, or taken from an example. */
function isWeak(secret: string): boolean {
  const text = secret.trim();
  return text !== '' && (text.length < 32 || /change.?me|example|development|secret/i.test(text));
}

/**
 * Reads the configuration from an environment and checks it.
 *
 * @throws StartError `INVALID_CONFIGURATION`, whose message lists every problem at once.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (set.NODE_ENV === 'production') problems.push(...productionProblems(set));
  if (set.DATABASE_URL && !set.DATABASE_OWNER_URL && set.NODE_ENV !== 'production')
    problems.push('DATABASE_OWNER_URL must be set with DATABASE_URL: migrations and the worker need it');
  if (set.WEBHOOK_URL && !set.WEBHOOK_SECRET)
    problems.push('WEBHOOK_SECRET must be set with WEBHOOK_URL: it signs what is sent there');
  if (parsed.success) problems.push(...contradictions(parsed.data));
  if (!parsed.success || problems.length > 0) {
    throw new StartError(
      'INVALID_CONFIGURATION',
      `The configuration needs attention:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSee .env.example.`,
    );
  }
  return toConfig(parsed.data);
}

/** Reads the configuration of this process; in development from `.env` too, where the environment has precedence. */
export function loadConfig(): Config {
  if (process.env.NODE_ENV !== 'production' && existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}
