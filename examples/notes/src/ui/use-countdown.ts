import { useEffect, useState } from 'react';

/** Seconds that are left, counted down from `seconds` whenever `start` is another object. */
export function useCountdown(seconds: number, start: unknown): number {
  const [left, setLeft] = useState(seconds);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `start` says when to begin anew
  useEffect(() => {
    const end = Date.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [seconds, start]);

  return left;
}
