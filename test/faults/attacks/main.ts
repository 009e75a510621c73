import { makeAttacker } from './attacker.ts';
import { ATTACKS } from './attacks.ts';

const [name, url, token, address] = process.argv.slice(2) as [string, string, string, string];
const attacker = makeAttacker(url, token, address);
// Its parent says when it is enough, and learns what was answered.
process.on('SIGTERM', () => {
  console.log(JSON.stringify(attacker.answers));
  process.exit();
});
await ATTACKS[name]?.(attacker);
