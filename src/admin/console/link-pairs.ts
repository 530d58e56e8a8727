import type { WorldLink } from '../../protocol/admin.ts';

/** Both directions of a link, as one. */
export interface LinkPair {
  readonly key: string;
  readonly between: readonly [string, string];
  /** The worse of the two. */
  readonly state: WorldLink['state'];
  /** The longer of the two, ms. */
  readonly lagMs: number;
  readonly lagEntries: number;
  /** An operator has cut it. */
  readonly isCut: boolean;
}

const WORSE: Readonly<Record<WorldLink['state'], number>> = { linked: 0, lagging: 1, cut: 2 };

/** Links by the two regions they are between, in the order of their first mention. */
export function linkPairs(links: readonly WorldLink[]): readonly LinkPair[] {
  const pairs = new Map<string, LinkPair>();
  for (const link of links) {
    const between = [link.from, link.to].sort() as [string, string];
    const key = between.join(' – ');
    const other = pairs.get(key);
    pairs.set(key, {
      key,
      between,
      state:
        other !== undefined && WORSE[other.state] > WORSE[link.state] ? other.state : link.state,
      lagMs: Math.round(Math.max(other?.lagMs ?? 0, link.lagMs)),
      lagEntries: (other?.lagEntries ?? 0) + link.lagEntries,
      isCut: link.isCut,
    });
  }
  return [...pairs.values()];
}

/** How a link is, for people: `cut` by an operator, or `silent` for another reason. */
export function linkState({ state, isCut }: LinkPair): string {
  if (state !== 'cut') return state;
  return isCut ? 'cut' : 'silent';
}
