import fc from 'fast-check';
import type { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts';
import type { RpcServer } from '../../../src/transport/rpc/rpc-server.ts';

/** A service that bad calls are sent to, and what must be as before when one was refused. */
export interface FuzzedService extends AsyncDisposable {
  /** Adds it to the port where it is called. */
  serve(server: RpcServer): void;
  /** What fits fields of strings, by their name in the file. Drawn when it is asked for: some follow what the service has by then. */
  readonly texts: Readonly<Record<string, fc.Arbitrary<string>>>;
  /** Names of fields that may be missing, or of which only some may be there. */
  readonly sometimes?: readonly string[];
  /** Puts back what calls have taken away, that some of the next may succeed. */
  prepare(): Promise<void>;
  /** What it keeps, as far as it can be seen. @param method - its name in the file: some may change things although they refuse */
  kept(method: string): Promise<string>;
}

/** Every secret that is sent has it, and the log may not. It fits whatever secrets are written in: it is hexadecimal. */
export const SECRET_MARK = 'deadbeefcafe';

/** What is only known when it is sent. */
export function lately(read: () => string): fc.Arbitrary<string> {
  return fc.constant(null).map(read);
}

/** All rows of all tables. */
export async function rowsOf(
  database: SqliteDatabase,
  isLookedAt: (table: string) => boolean = () => true,
): Promise<string> {
  const tables = await database.read({
    sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
  });
  const names = tables.map(({ name }) => String(name)).filter(isLookedAt);
  const rows = await Promise.all(
    names.map((name) => database.read({ sql: `SELECT * FROM "${name}"` })),
  );
  return JSON.stringify(rows);
}
