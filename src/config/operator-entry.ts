import { z } from 'zod';
import { OPERATOR_ROLES } from '../protocol/admin.ts';
import { PASSWORD_OPERATOR } from '../protocol/operator-session.ts';
import { jsonList } from './json-list.ts';

/** As `npm run operator` prints it: scrypt in PHC's format, salt and hash in base64 without padding. */
export const OPERATOR_HASH_PATTERN =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,64})\$([A-Za-z0-9+/]{32,128})$/;

/** Someone who may use the console. */
export const OperatorEntry = z.strictObject({
  /** He signs in by it, and the audit log says it. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'wants 1–32 of a–z, 0–9, dot, _ and -')
    .refine((name) => name !== PASSWORD_OPERATOR, 'is who signs in with admin.password'),
  role: z.enum(OPERATOR_ROLES),
  passwordHash: z.string().regex(OPERATOR_HASH_PATTERN, 'wants what `npm run operator` prints'),
});

export type OperatorEntry = Readonly<z.infer<typeof OperatorEntry>>;

export const OperatorEntries = jsonList(
  OperatorEntry,
  '[{ "name", "role", "passwordHash" }]',
).refine((entries) => new Set(entries.map(({ name }) => name)).size === entries.length, {
  message: 'names an operator twice',
});
