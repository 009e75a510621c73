import type { Notifications } from '../database/listen.ts';
import { ChangeStream } from './change-stream.ts';

export type AccountChanges = ReturnType<typeof makeAccountChanges>;

/** Who watches which account, in this process. */
export function makeAccountChanges(notifications: Notifications) {
  const streams = new Map<string, Set<ChangeStream>>();

  notifications.on((payload) => {
    if (payload === null) for (const ofUser of streams.values()) for (const stream of ofUser) stream.change();
    else if (payload.startsWith('user:'))
      for (const stream of streams.get(payload.slice('user:'.length)) ?? []) stream.change();
  });

  return {
    /** Follows the changes of an account; whose it may be is the caller's to know. */
    watch(userId: string): ChangeStream {
      const ofUser = streams.get(userId) ?? new Set();
      streams.set(userId, ofUser);
      const stream = new ChangeStream(() => {
        ofUser.delete(stream);
        if (ofUser.size === 0 && streams.get(userId) === ofUser) streams.delete(userId);
      });
      ofUser.add(stream);
      return stream;
    },
    /** How many accounts are watched. */
    get size() {
      return streams.size;
    },
  };
}
