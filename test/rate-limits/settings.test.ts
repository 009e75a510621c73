import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { DEFAULT_RATES, parseRate } from '../../src/rate-limits/rates.ts';
import { parseTrustProxy } from '../../src/trust-proxy.ts';

describe('the settings of rate limits', () => {
  it('can be rates, and cannot be anything else', () => {
    expect(parseRate('60 in 15 minutes')).toEqual({ count: 60, seconds: 900 });
    expect(parseRate(' 1 in 1 day ')).toEqual({ count: 1, seconds: 86_400 });
    for (const text of [
      '',
      '60',
      '60/15 minutes',
      '0 in 1 minute',
      '-1 in 1 minute',
      '1.5 in 1 day',
      '5 in',
      '5 in 0 days',
    ])
      expect([text, parseRate(text)]).toEqual([text, null]);
  });

  it('can be left to their defaults, changed one by one, or off', () => {
    expect(readConfig({}).rates).toEqual(DEFAULT_RATES);
    const { rates } = readConfig({ RATE_LIMIT_MAILS: '5 in 1 day' });
    expect(rates).toEqual({ ...DEFAULT_RATES, mails: { count: 5, seconds: 86_400 } });
    expect(readConfig({ RATE_LIMITS: 'off' }).rates).toBeNull();
  });

  it('cannot be wrong: the start says which', () => {
    const env = {
      RATE_LIMITS: 'yes',
      RATE_LIMIT_LOGINS: 'many',
      TRUST_PROXY: 'true',
      QUERY_LIMITS: 'size=5',
    };
    for (const name of Object.keys(env)) expect(() => readConfig(env)).toThrow(`  - ${name} must be `);
  });
});

describe('TRUST_PROXY', () => {
  it('can be nobody, a number of proxies, or their addresses', () => {
    expect(parseTrustProxy('false')).toBe(false);
    expect(parseTrustProxy('0')).toBe(false);
    expect(parseTrustProxy('2')).toBe(2);
    expect(parseTrustProxy('10.0.0.1')).toBe('10.0.0.1');
    expect(parseTrustProxy('loopback,10.0.0.0/8 , 2001:db8::/32')).toBe(
      'loopback, 10.0.0.0/8, 2001:db8::/32',
    );
  });

  it('cannot be everybody, or what is no address', () => {
    for (const text of [
      'true',
      'yes',
      '*',
      '-1',
      '100',
      '1.5',
      '10.0.0.0/33',
      '10.0.0.0/',
      '2001:db8::/129',
      'localhost',
      '10.0.0.1,',
      'a/8',
      '10.0.0.1/8/8',
    ])
      expect([text, parseTrustProxy(text)]).toEqual([text, null]);
  });
});
