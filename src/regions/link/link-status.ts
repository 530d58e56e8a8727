/** `cut`: silent in one direction or both. `lagging`: alive, and behind. `linked`: neither. */
export type LinkState = 'linked' | 'lagging' | 'cut';

export interface LinkStatus {
  readonly state: LinkState;
  /** Age of the oldest message the peer has not confirmed, ms; 0: none waits. */
  readonly lagMs: number;
  /** Messages it has not confirmed. */
  readonly lagEntries: number;
  /** Since the peer last confirmed something, ms; null: never. */
  readonly confirmedAgoMs: number | null;
  /** Since the peer was last heard of, ms; null: never. */
  readonly heardAgoMs: number | null;
}

export interface LinkThresholds {
  /** Lag from which a link is `lagging`, ms. */
  readonly laggingAfterMs: number;
  /** Silence in either direction from which a link is `cut`, ms. */
  readonly cutAfterMs: number;
}

export type LinkView = Omit<LinkStatus, 'state'>;

/** What a region knows of a link before it has heard anything. */
export const UNKNOWN_LINK: LinkStatus = {
  state: 'cut',
  lagMs: 0,
  lagEntries: 0,
  confirmedAgoMs: null,
  heardAgoMs: null,
};

/** One direction is not enough: whoever asks and is not answered is cut off. */
export function judgeLink(view: LinkView, thresholds: LinkThresholds): LinkState {
  const silentMs = Math.max(
    view.confirmedAgoMs ?? Number.POSITIVE_INFINITY,
    view.heardAgoMs ?? Number.POSITIVE_INFINITY,
  );
  if (silentMs >= thresholds.cutAfterMs) return 'cut';
  return view.lagMs >= thresholds.laggingAfterMs ? 'lagging' : 'linked';
}
