import { webhook } from './webhook.ts';

/** What answers in place of the services outside; add yours. */
export const handlers = [webhook];
