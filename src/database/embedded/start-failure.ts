import { StartError } from '../../errors.ts';
import { credentialsInvalid } from './credentials.ts';
import type { DataLayout } from './data-layout.ts';
import { diskFull, saysDiskFull } from './file-failure.ts';

/** Why a server cannot be used. `port` and `busy` can pass if it is tried again. */
export type StartFailure = {
  kind: 'port' | 'busy' | 'disk' | 'password' | 'damaged' | 'other';
  line: string;
};

const signs: [StartFailure['kind'], RegExp][] = [
  ['port', /could not create any TCP\/IP sockets/],
  ['busy', /lock file ".*" already exists|is still in use/],
  ['other', /permission/i],
  [
    'damaged',
    /data directory|database system|pg_control|control file|checkpoint|could not (?:open|read|stat)/,
  ],
];

/** What the server says to clients it turns away names no cause. */
const toClients = /FATAL: +(?:the database system is |terminating |password authentication )/;

/** Reads it from what the server printed, with the last line that names a cause. */
export function startFailure(output: string): StartFailure {
  const lines = output.split('\n').filter((text) => text.trim() !== '' && !toClients.test(text));
  const fatal = lines.findLast((text) => /(?:FATAL|PANIC): /.test(text));
  const cause = fatal?.replace(/^.*?(?=(?:FATAL|PANIC): )/, '') ?? lines.slice(0, 3).join(' ');
  const line = cause.replace(/\s+/g, ' ') || 'it printed nothing';
  if (saysDiskFull(output)) return { kind: 'disk', line };
  return { kind: signs.find(([, sign]) => sign.test(line))?.[0] ?? 'other', line };
}

/** The same for the person at the terminal: DISK_FULL, CREDENTIALS_INVALID, DATA_DAMAGED or SERVER_FAILED. */
export function startFailureError(layout: DataLayout, failure: StartFailure): StartError {
  if (failure.kind === 'disk') return diskFull(layout.dataDir, layout.cluster);
  if (failure.kind === 'password') return credentialsInvalid(layout, 'does not fit that database');
  const what = `PostgreSQL could not start on ${layout.cluster}: "${failure.line}" (log: ${layout.log})`;
  return failure.kind === 'damaged'
    ? new StartError(
        'DATA_DAMAGED',
        `${what}; restore that folder from a backup, or move ${layout.dataDir} away to begin with an empty ` +
          'database.',
      )
    : new StartError('SERVER_FAILED', `${what}; put right what that line names and start again.`);
}
