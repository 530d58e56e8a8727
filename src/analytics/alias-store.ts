import { createHash, randomBytes } from 'node:crypto';

/**
 * The pseudonyms of players: the only link between a player and his events, and kept apart from them. A pseudonym is random, so without
 * this store nobody can tell whose it was.
 *
 * Everything rejects with {GameError} `STORE_UNAVAILABLE` or `DIRECTORY_UNAVAILABLE` when the store does not answer.
 */
export interface AliasStore {
  /** Who has none gets one. @returns by player; null for who was erased in the last day */
  aliasesOf(playerIds: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
  /** Safe to repeat. */
  erase(playerId: string): Promise<void>;
}

/** How long what is still under way of an erased player gets no new pseudonym, ms. */
export const ERASED_FOR_MS = 86_400_000;

export function newAlias(): string {
  return `a_${randomBytes(12).toString('hex')}`;
}

/** By which an erased player is known for that time, without his id. */
export function erasedMark(playerId: string): string {
  return createHash('sha256').update(playerId).digest('base64url');
}
