import { z } from 'zod';
import { rotateSigningKey } from '../../src/tokens/rotate-signing-key.ts';
import { defineTask } from '../define-task.ts';

/** Makes a new key for access tokens every 30 days. Scheduled in ../crontab. */
export const rotateSigningKeyTask = defineTask(
  z.unknown(),
  async (_payload, { withPgClient, logger }, { config }) => {
    const isRotated = await withPgClient((client) => rotateSigningKey(client, config.keyEncryptionSecrets));
    if (isRotated) logger.info('new signing key');
  },
);
