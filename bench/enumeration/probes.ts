import { randomBytes } from 'node:crypto';
import type { People, Two } from './people.ts';

/** One question that an answer's time might give away. */
export type Probe = {
  name: string;
  /** What is tried: the first list exists, the second does not. */
  values: Two<string>;
  mutation: string;
  variables(value: string): Record<string, string>;
  /** Whether it is sent with the prober's session. */
  isLoggedIn: boolean;
  /**
   * bcrypt's. 12, the real one, where hashing itself could differ: a known name is compared with its own hash. Where it
   * cannot, a lower one, so that the rest is not lost in the noise of hashing.
   */
  bcryptCost: number;
};

const call = (name: string, fields: string, selection = 'result') =>
  `mutation Probe(${fields.replace(/(\w+): (\w+)/g, '$$$1: $2!')}) {
    ${name}(input: { ${fields.replace(/(\w+): \w+/g, '$1: $$$1')} }) { ${selection} }
  }`;

export function makeProbes(people: People): Probe[] {
  const { names, addresses, emailIds, claims, claimedAddresses, prober } = people;
  const resend = call('resendEmailVerification', 'emailId: UUID');
  return [
    {
      name: 'login, a wrong password',
      values: names,
      mutation: call('login', 'username: String, password: String', 'result { rowId }'),
      variables: (username) => ({ username, password: 'a wrong password' }),
      isLoggedIn: false,
      bcryptCost: 12,
    },
    {
      // An account claims the address and knows its own password: the answer must not tell who else has it.
      name: 'login, one’s own claim',
      values: claimedAddresses,
      mutation: call('login', 'username: String, password: String', 'result { rowId }'),
      variables: (username) => ({ username, password: prober.password }),
      isLoggedIn: false,
      bcryptCost: 12,
    },
    {
      name: 'forgotPassword',
      values: addresses,
      mutation: call('forgotPassword', 'email: String'),
      variables: (email) => ({ email }),
      isLoggedIn: false,
      bcryptCost: 12,
    },
    {
      name: 'register, with an address',
      values: addresses,
      mutation: call(
        'register',
        'username: String, email: String, password: String',
        'result { user { username } }',
      ),
      variables: (email) => ({
        username: `n${randomBytes(6).toString('hex')}`,
        email,
        password: 'a password of a newcomer',
      }),
      isLoggedIn: false,
      bcryptCost: 4,
    },
    {
      name: 'resendEmailVerification, an id',
      values: emailIds,
      mutation: resend,
      variables: (emailId) => ({ emailId }),
      isLoggedIn: true,
      bcryptCost: 12,
    },
    {
      name: 'resendEmailVerification, one’s own claim',
      values: claims,
      mutation: resend,
      variables: (emailId) => ({ emailId }),
      isLoggedIn: true,
      bcryptCost: 12,
    },
  ];
}
