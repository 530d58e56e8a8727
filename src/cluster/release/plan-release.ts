import type { BuildShares } from './build-shares.ts';

/** A build as it runs in a region. */
export interface RunningBuild {
  readonly build: string;
  /** Nodes that take rooms. */
  readonly openNodes: number;
}

export type ReleaseChange =
  | { readonly kind: 'canary'; readonly build: string; readonly share: number }
  | { readonly kind: 'promote'; readonly build: string }
  /** `to`: who gets what the build had; needed where several could. */
  | { readonly kind: 'rollback'; readonly build: string; readonly to?: string };

export type ReleasePlan =
  | { readonly ok: true; readonly shares: BuildShares }
  | { readonly ok: false; readonly reason: string };

/**
 * What shares become by a change. A build gets rooms only where it has nodes that take them; a canary of nothing may be set before its
 * nodes are there, so that they get none until they are told to.
 *
 * @param shares - as they are; empty when nobody has released here yet
 */
export function planRelease(
  change: ReleaseChange,
  shares: BuildShares,
  running: readonly RunningBuild[],
): ReleasePlan {
  const open = running.filter(({ openNodes }) => openNodes > 0);
  const isOpen = open.some(({ build }) => build === change.build);
  switch (change.kind) {
    case 'canary': {
      if (!isOpen && change.share > 0) return refused(`No node of ${change.build} takes rooms.`);
      const others = othersThan(change.build, shares, open);
      if (others === null) {
        return refused(`There is no other build beside ${change.build}: promote it.`);
      }
      return planned(change.build, change.share, others);
    }
    case 'promote':
      return isOpen
        ? { ok: true, shares: { [change.build]: 1 } }
        : refused(`No node of ${change.build} takes rooms.`);
    case 'rollback':
      return planRollback(change, shares, open);
  }
}

function planRollback(
  { build, to }: Extract<ReleaseChange, { readonly kind: 'rollback' }>,
  shares: BuildShares,
  open: readonly RunningBuild[],
): ReleasePlan {
  const candidates = open.map((it) => it.build).filter((it) => it !== build);
  if (to !== undefined) {
    return candidates.includes(to)
      ? { ok: true, shares: { [to]: 1 } }
      : refused(`No node of ${to} takes rooms.`);
  }
  const listed = Object.entries(shares).filter(
    ([it, share]) => share > 0 && candidates.includes(it),
  );
  if (listed.length > 0) return planned(build, 0, Object.fromEntries(listed));
  // It was promoted, or nobody has released here: whoever is still there takes over.
  const [only, ...more] = candidates;
  if (only === undefined) return refused('There is no other build to go back to.');
  return more.length === 0
    ? { ok: true, shares: { [only]: 1 } }
    : refused(`Go back to which build? --to one of ${candidates.join(', ')}`);
}

/** Who has the rest; null when nobody is there to have it. */
function othersThan(
  build: string,
  shares: BuildShares,
  open: readonly RunningBuild[],
): BuildShares | null {
  const listed = Object.entries(shares).filter(([it, share]) => it !== build && share > 0);
  if (listed.length > 0) return Object.fromEntries(listed);
  // Nobody has released here: builds have what their nodes have had.
  const others = open.filter((it) => it.build !== build && Object.keys(shares).length === 0);
  if (others.length === 0) return null;
  return Object.fromEntries(others.map((it) => [it.build, it.openNodes]));
}

/** The build gets its share, the others what is left, as they had it before. */
function planned(build: string, share: number, others: BuildShares): ReleasePlan {
  const total = Object.values(others).reduce((sum, it) => sum + it, 0);
  const scaled = Object.entries(others).map(([it, part]) => [it, (part / total) * (1 - share)]);
  return { ok: true, shares: { ...Object.fromEntries(scaled), [build]: share } };
}

function refused(reason: string): ReleasePlan {
  return { ok: false, reason };
}
