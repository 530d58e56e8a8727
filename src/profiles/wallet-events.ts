import type { EconomyEvents } from '../analytics/contract.ts';
import type { LedgerEntry, Profiles } from './contract.ts';

/**
 * Profiles that tell of each change of a wallet, once it is durable: one event for a currency. What was repeated or refused has changed
 * nothing. The ledger has more: an operation that was deferred tells nothing when it is applied, for that happens in whatever process takes it
 * from the queue; nor does one whose answer got lost on its way here.
 */
export function withWalletEvents<Any extends Profiles>(profiles: Any, events: EconomyEvents): Any {
  return {
    ...profiles,
    async operate(playerId, operation) {
      const outcome = await profiles.operate(playerId, operation);
      if (outcome.kind === 'applied') tell(outcome.entry, events);
      return outcome;
    },
  } satisfies Profiles as Any;
}

function tell(entry: LedgerEntry, events: EconomyEvents): void {
  const { playerId, operationId, reason } = entry;
  for (const [currency, amount] of Object.entries(entry.currencies)) {
    // Named and not changed.
    if (amount === 0) continue;
    const balance = entry.after.currencies[currency] ?? 0;
    events.walletChanged({ playerId, operationId, currency, amount, balance, reason });
  }
}
