import { describe, expect, it } from '@jest/globals';
import { clientNetwork } from '../../src/rate-limits/client-network.ts';

describe('what counts as one client', () => {
  it('can be an IPv4 address, however it is written', () => {
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7'])
      expect(clientNetwork(address)).toBe('192.0.2.7');
  });

  it('can be the /64 network of an IPv6 address, however it is written', () => {
    for (const address of [
      '2001:db8:0:1::5',
      '2001:0DB8:0000:0001:ffff:ffff:ffff:ffff',
      '2001:db8:0:1:0:0:0:0',
      '2001:db8::1:0:0:0:9',
    ])
      expect(clientNetwork(address)).toBe('2001:db8:0:1::/64');
    expect(clientNetwork('2001:db8:0:2::5')).toBe('2001:db8:0:2::/64');
    expect(clientNetwork('::1')).toBe('0:0:0:0::/64');
    expect(clientNetwork('::')).toBe('0:0:0:0::/64');
    expect(clientNetwork('2001:db8:1:2:3::')).toBe('2001:db8:1:2::/64');
    expect(clientNetwork('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(clientNetwork('1:2:3:4:5:6:1.2.3.4')).toBe('1:2:3:4::/64');
  });

  it('cannot be nobody: connections without an address share one limit', () => {
    expect(clientNetwork(undefined)).toBe('unknown');
    expect(clientNetwork('')).toBe('unknown');
  });
});
