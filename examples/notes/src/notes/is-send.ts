import type { KeyboardEvent } from 'react';

/** Ctrl or Command with Enter, which sends what is written. */
export const isSend = (event: KeyboardEvent) => event.key === 'Enter' && (event.ctrlKey || event.metaKey);
