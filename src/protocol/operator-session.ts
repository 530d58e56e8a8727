// How an operator gets in: by a page of its own, and a cookie that no script reads and no other site sends.
//
//   page ── POST   /admin/v1/session { name, password } ─▶ OperatorSession, and the cookie     with the header of admin.ts
//   page ── GET    /admin/v1/session ────────────────────▶ OperatorSession | 401
//   page ── DELETE /admin/v1/session ────────────────────▶ 204, the cookie is worth nothing any more

import type { OperatorRole } from './admin.ts';

export const SESSION_PATH = '/admin/v1/session';

/** The operator that `admin.password` stands for. */
export const PASSWORD_OPERATOR = 'operator';

/** Who is signed in. */
export interface OperatorSession {
  readonly name: string;
  readonly role: OperatorRole;
  /** Wall clock, ms; null: he signs in with every request, or nobody has to. */
  readonly expiresAtMs: number | null;
}

/** `POST /admin/v1/session` */
export interface OperatorSignIn {
  readonly name: string;
  readonly password: string;
}
