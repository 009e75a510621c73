import { describe, expect, it } from '@jest/globals';
import { FairTurns } from '../../src/live-queries/fair-turns.ts';

/** Turns whose work ends when the test says so. */
function start(limits = { places: 2, placesPerKey: 1, waitingPerKey: 3 }) {
  const turns = new FairTurns(limits);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  /** Asks for a turn; `ada 1` and `ada 2` are two works of ada's. */
  const ask = (name: string, signal?: AbortSignal) =>
    turns.take(
      name.split(' ')[0] as string,
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      },
      signal,
    );
  const settle = () => new Promise(setImmediate);
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { turns, begun, ask, end, settle };
}

describe('turns', () => {
  it('go around the keys, each in its own order', async () => {
    const { begun, ask, end, settle } = start({ places: 1, placesPerKey: 1, waitingPerKey: 9 });
    const all = ['ada 1', 'ada 2', 'ada 3', 'bob 1', 'bob 2', 'eve 1'].map((name) => ask(name));
    await settle();
    for (let i = 0; i < all.length; i++) await end(begun[i] as string);
    await Promise.all(all);
    expect(begun).toEqual(['ada 1', 'bob 1', 'eve 1', 'ada 2', 'bob 2', 'ada 3']);
  });

  it('cannot all be one key: a place is left to the others', async () => {
    const { begun, ask, end, settle } = start();
    void ask('ada 1');
    void ask('ada 2');
    void ask('bob 1');
    await settle();
    expect(begun).toEqual(['ada 1', 'bob 1']);
    await end('bob 1');
    expect(begun).toEqual(['ada 1', 'bob 1']);
    await end('ada 1');
    expect(begun).toEqual(['ada 1', 'bob 1', 'ada 2']);
  });

  it('cannot be waited for without number', async () => {
    const { ask } = start();
    for (let i = 0; i < 4; i++) void ask(`ada ${i}`);
    await expect(ask('ada 4')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('are given up when the signal says so, and come to the next', async () => {
    const { turns, begun, ask, end } = start({ places: 1, placesPerKey: 1, waitingPerKey: 9 });
    const gone = new AbortController();
    void ask('ada 1');
    const given = [ask('ada 2', gone.signal), ask('bob 1', gone.signal)];
    void ask('eve 1');
    gone.abort();
    for (const each of given) await expect(each).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(ask('bob 2', gone.signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(turns.waiting).toBe(1);
    await end('ada 1');
    expect(begun).toEqual(['ada 1', 'eve 1']);
  });

  it('go on when work fails', async () => {
    const { turns, begun, ask, settle } = start({ places: 1, placesPerKey: 1, waitingPerKey: 9 });
    const failure = turns.take('ada', () => Promise.reject(new Error('broken')));
    void ask('ada 1');
    await expect(failure).rejects.toThrow('broken');
    await settle();
    expect(begun).toEqual(['ada 1']);
  });
});
