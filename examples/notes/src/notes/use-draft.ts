import { useState } from 'react';

/** What somebody is writing. It outlives the end of the session, for the same user in the same tab. */
export function useDraft(userId: string): [string, (text: string) => void] {
  const key = `draft ${userId}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  return [
    text,
    (text) => {
      sessionStorage.setItem(key, text);
      setText(text);
    },
  ];
}
