import { describe, expect, it } from '@jest/globals';
import { crossTenant } from '../../policies/kit/cross-tenant.ts';
import { useDatabase } from '../helpers/actors.ts';
import { ownTables } from '../helpers/own-tables.ts';

describe('every table with an owner column', () => {
  const db = useDatabase();

  it('cannot be read or written by another user', async () => {
    const { covered, notCovered, outOfReach } = await crossTenant(db, {
      // No foreign key, so that the record outlives the account.
      ownerColumns: { 'app_public.audit_events': 'user_id' },
      shared: { 'app_public.users': 'the public profile of an account' },
    });
    expect(notCovered).toEqual([]);
    expect(covered.map(({ table }) => table).sort()).toEqual(
      [
        'app_public.audit_events',
        'app_public.sessions',
        'app_public.user_accounts',
        'app_public.user_emails',
        'app_public.users',
        ...ownTables(),
      ].sort(),
    );
    // Reached through functions only.
    expect(outOfReach).toEqual(
      expect.arrayContaining(['app_private.user_secrets', 'app_private.session_secrets']),
    );
  });
});
