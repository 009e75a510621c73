import { describeAddress, parseDatabaseUrl } from '../database/urls.ts';
import type { Deps } from '../deps.ts';

/** Which database answers, in words; its user and password stay out of it. */
export async function describeDatabase({ config, pools }: Pick<Deps, 'config' | 'pools'>): Promise<{
  place: string;
  /** Undefined when the database does not answer. */
  version: string | undefined;
  isEmbedded: boolean;
}> {
  const { url, dataDir } = config.database;
  const isEmbedded = url === undefined;
  const place = isEmbedded
    ? `embedded, data in ${dataDir}`
    : `${describeAddress(url)}/${parseDatabaseUrl(url).database}`;
  const version = await pools.data
    .query<{ version: string }>(`select split_part(current_setting('server_version'), ' ', 1) as version`)
    .then(
      ({ rows }) => rows[0]?.version,
      () => undefined,
    );
  return { place, version, isEmbedded };
}
