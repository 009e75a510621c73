import { describe, expect, it } from '@jest/globals';
import { useServer } from '../helpers/server.ts';

describe('sessions over HTTP', () => {
  const server = useServer();

  it('can register, log out, and log in again', async () => {
    const client = server.client();
    const account = await client.register('ada');
    expect((await client.currentUser()).data).toEqual({ currentUser: { rowId: account.id, username: 'ada' } });

    await client.logout();
    expect((await client.currentUser()).data).toEqual({ currentUser: null });

    const { data } = await client.login('ada@example.com', account.password);
    expect(data.login.result.user).toEqual({ username: 'ada' });
  });
});
