import { GameError } from '../errors/game-error.ts';
import type { LedgerEntry, OperationOutcome, PlayerOperation } from './contract.ts';
import { addedStatistics } from './player-statistics.ts';
import type { ProfileRecord } from './profile-record.ts';

// What changes a wallet, an inventory or statistics is an operation with an id of its caller's, applied once however often it is
// asked for. The profile carries its newest operations itself, so the balance and the proof of why it is that change in one write;
// older ones lie in the ledger, which they reach before they leave the profile.
//
//   record.operations   [ 17 … 31 ] + 32nd  ─▶  [ 33 … ]         17–32 are appended to the ledger, then the record is written
//   ledger              1 … 16                  1 … 32           sequence numbers have no holes: what is missing shows

/** Operations a profile carries before the older half leaves. */
export const MOST_CARRIED = 32;
export const LEAVING_TOGETHER = MOST_CARRIED / 2;

/** Different currencies of a wallet, and different items of an inventory. */
export const ECONOMY_LIMITS = { currencies: 64, items: 1_024 } as const;

/** What to write, and the outcome; or that the ledger must be asked first: the operation may be below this sequence there. */
export interface OperationStep {
  readonly record: ProfileRecord;
  readonly result: OperationOutcome | { readonly kind: 'look-up'; readonly below: number };
}

/**
 * Applies an operation to a profile.
 *
 * @param clearedBelow - the ledger has been asked: the operation is not among those below this sequence
 * @throws {GameError} `OPERATION_CONFLICT` when the id stands for another operation, `BAD_REQUEST` beyond the limits
 */
export function applyOperation(
  record: ProfileRecord,
  operation: PlayerOperation,
  { nowMs, clearedBelow }: { readonly nowMs: number; readonly clearedBelow: number },
): OperationStep {
  const known = record.operations.find((it) => it.operationId === operation.operationId);
  if (known) return { record, result: repeated(known, operation) };
  const oldestCarried = record.operationCount - record.operations.length + 1;
  if (oldestCarried > Math.max(1, clearedBelow)) {
    return { record, result: { kind: 'look-up', below: oldestCarried } };
  }
  const { currencies = {}, items = {}, statistics = {} } = operation;
  const short = shortage(record.wallet, currencies) ?? shortage(record.inventory, items);
  if (short) return { record, result: { kind: 'refused', reason: 'insufficient', ...short } };

  const wallet = sum(record.wallet, currencies, ECONOMY_LIMITS.currencies);
  const inventory = sum(record.inventory, items, ECONOMY_LIMITS.items);
  const entry: LedgerEntry = {
    playerId: record.playerId,
    operationId: operation.operationId,
    sequence: record.operationCount + 1,
    reason: operation.reason,
    currencies,
    items,
    statistics,
    after: { currencies: only(wallet, currencies), items: only(inventory, items) },
    atMs: nowMs,
  };
  const carried = [...record.operations, entry];
  const changed: ProfileRecord = {
    ...record,
    wallet,
    inventory: withoutNone(inventory),
    statistics: addedStatistics(record.statistics, statistics),
    operations: carried.length >= MOST_CARRIED ? carried.slice(LEAVING_TOGETHER) : carried,
    operationCount: entry.sequence,
  };
  return { record: changed, result: { kind: 'applied', entry } };
}

/**
 * What came of an operation that is in the books already.
 *
 * @throws {GameError} `OPERATION_CONFLICT` when it was another one
 */
export function repeated(entry: LedgerEntry, operation: PlayerOperation): OperationOutcome {
  const isSame =
    isEqual(entry.currencies, operation.currencies) &&
    isEqual(entry.items, operation.items) &&
    isEqual(entry.statistics, operation.statistics);
  if (!isSame) {
    throw new GameError('OPERATION_CONFLICT', { operationId: operation.operationId });
  }
  return { kind: 'repeated', entry };
}

type Amounts = Readonly<Record<string, number>>;

/** Not what every object has: `toString` is a name like others. */
function amountOf(amounts: Amounts, name: string): number {
  return Object.hasOwn(amounts, name) ? (amounts[name] ?? 0) : 0;
}

function shortage(
  owned: Amounts,
  change: Amounts,
): { readonly name: string; readonly has: number; readonly needs: number } | null {
  for (const [name, amount] of Object.entries(change)) {
    const has = amountOf(owned, name);
    if (has + amount < 0) return { name, has, needs: -amount };
  }
  return null;
}

/** @throws {GameError} `BAD_REQUEST` for too many kinds, or more than numbers can count */
function sum(owned: Amounts, change: Amounts, mostKinds: number): Amounts {
  const entries = Object.entries(change);
  if (entries.length === 0) return owned;
  const sums = { ...owned };
  for (const [name, amount] of entries) {
    const total = amountOf(sums, name) + amount;
    if (!Number.isSafeInteger(total)) throw tooMuch(`${name} would be more than can be counted`);
    sums[name] = total;
  }
  if (Object.keys(sums).length > mostKinds) throw tooMuch(`more than ${mostKinds} kinds`);
  return sums;
}

function tooMuch(message: string): GameError {
  return new GameError('BAD_REQUEST', { issues: [{ path: [], message }] });
}

function only(amounts: Amounts, keys: Amounts): Amounts {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, amountOf(amounts, key)]));
}

function withoutNone(items: Amounts): Amounts {
  const owned = Object.entries(items).filter(([, amount]) => amount > 0);
  return owned.length === Object.keys(items).length ? items : Object.fromEntries(owned);
}

function isEqual(left: Amounts, right: Amounts = {}): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => left[key] === amountOf(right, key))
  );
}
