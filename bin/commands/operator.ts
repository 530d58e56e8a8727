import { createInterface } from 'node:readline';
import { ensureDependencies } from '../setup/dependencies.ts';

const SHORTEST = 12;
const ROLES = ['viewer', 'operator', 'admin'];

/** Makes an entry of `MERIDIAN_ADMIN_OPERATORS`: name and role as arguments, the password as the first line of standard input. */
export async function run([name = '', role = '']: readonly string[]): Promise<number> {
  if (!/^[a-z0-9][a-z0-9._-]{0,31}$/.test(name) || !ROLES.includes(role)) {
    console.error(
      `Usage: npm run operator -- <name> ${ROLES.join('|')}   (the password on standard input)`,
    );
    return 2;
  }
  await ensureDependencies();
  const { hashOperatorPassword } = await import('../../src/admin/operator-password.ts');
  if (process.stdin.isTTY) process.stderr.write(`Password of ${name} (it is shown): `);
  const password = await firstLine();
  if (password.length < SHORTEST) {
    console.error(`The password wants at least ${SHORTEST} characters.`);
    return 1;
  }
  const passwordHash = await hashOperatorPassword(password);
  console.log(JSON.stringify({ name, role, passwordHash }));
  return 0;
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
