import { StartError } from '../../errors.ts';

/**
 * Turns what the file system answered into a StartError naming the folder: DISK_FULL, DATA_NOT_A_FOLDER,
 * DATA_NOT_WRITABLE or DATA_UNUSABLE. An error of another kind is returned as it is.
 */
export function fileFailure(error: unknown, dataDir: string): unknown {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  // A failed write does not say of which file.
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dataDir, path ?? dataDir, options);
  if (code === undefined || syscall === undefined || path === undefined) return error;
  switch (code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(
        'DATA_NOT_A_FOLDER',
        `The data folder ${dataDir} cannot be made, because there is a file in its place (${code} at ${path}); ` +
          'move that file away or choose another folder.',
        options,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StartError(
        'DATA_NOT_WRITABLE',
        `The data folder ${dataDir} cannot be used by this OS user (${code} at ${path}); give it read and write ` +
          'access, run as the user who made it, or choose another folder.',
        options,
      );
    default:
      return new StartError(
        'DATA_UNUSABLE',
        `The data folder ${dataDir} cannot be used (${code}: ${syscall} ${path}); put that right or choose ` +
          'another folder.',
        options,
      );
  }
}

/** The error for a full disk, whoever noticed it, and where. */
export function diskFull(dataDir: string, path: string, options?: ErrorOptions): StartError {
  return new StartError(
    'DISK_FULL',
    `The disk is full at ${path}, needed for the data folder ${dataDir}; free some space (at least 100 MB) ` +
      'and start again, nothing was deleted.',
    options,
  );
}

/** Whether a PostgreSQL program says that it ran out of disk. */
export function saysDiskFull(output: string): boolean {
  return /No space left on device|Disk quota exceeded|Check free disk space/.test(output);
}
