import { styleText } from 'node:util';

/** Colours and symbols on a terminal, plain lines elsewhere; `styleText` looks at the stream and at NO_COLOR. */
export const step = (message: string): void => console.log(`${styleText('cyan', '›')} ${message}`);
export const done = (message: string): void => console.log(`${styleText('green', '✓')} ${message}`);
export const failed = (message: string): void =>
  console.error(`${styleText('red', '✗', { stream: process.stderr })} ${message}`);
export const noticed = (message: string): void =>
  console.error(`${styleText('yellow', '!', { stream: process.stderr })} ${message}`);
export const bold = (text: string): string => styleText('bold', text);
export const dim = (text: string): string => styleText('dim', text);
