import { domainToASCII } from 'node:url';

/**
 * Writes the domain of an e-mail address in ASCII (IDNA), which is the only form that the database accepts and compares.
 * A user name, and whatever has no such form, stays as it is: the database then refuses it or finds no account.
 */
export function withAsciiDomain(identifier: string): string {
  const at = identifier.lastIndexOf('@');
  const domain = identifier.slice(at + 1).replace(/ +$/, '');
  // The conversion decodes percent signs and reads numbers as IP addresses; such domains are left to be refused.
  if (at === -1 || !/^[a-z\d.\-\u0080-\u{10ffff}]+$/iu.test(domain) || isAscii(domain)) return identifier;
  const ascii = domainToASCII(domain);
  return ascii === '' ? identifier : `${identifier.slice(0, at + 1)}${ascii}`;
}

/** By what user names and addresses are compared; `app_hidden.identity_key` of what `withAsciiDomain` sends to the database. */
export function identityKey(identifier: string): string {
  return trimSpaces(withAsciiDomain(identifier)).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * The same text for all spellings of an address that most mail systems deliver to one mailbox, so that mails to it share
 * one limit; what `app_private.mailbox_key` hashes.
 */
export function mailboxKey(address: string): string {
  const plain = trimSpaces(withAsciiDomain(address).normalize('NFKC').toLowerCase());
  const at = plain.lastIndexOf('@');
  if (at === -1) return plain;
  // Postfix follows a route that is written before ! or after %.
  const local = plain
    .slice(0, at)
    .replace(/^.*!(?=.)/s, '')
    .replace(/(?<=.)[+%].*/s, '');
  return `${local.replace(/[."\\ ]/g, '')}${plain.slice(at)}`;
}

const isAscii = (text: string) => !/[^ -~]/.test(text);
const trimSpaces = (text: string) => text.replace(/^ +| +$/g, '');
