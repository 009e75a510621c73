import { z } from 'zod';

/** When a mail with a token was asked for. Jobs from before an update of the server lack it: they count from when they were added. */
export const requestedAt = z.iso.datetime({ offset: true }).optional();
