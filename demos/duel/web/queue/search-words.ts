import type { TicketExplanation, TicketOffer, TicketWaitReason } from '@meridian/client';
import type { RegionNames, SearchView } from './search-view.ts';

type Searching = Extract<SearchView, { readonly kind: 'searching' }>;

/** Wider than any two players are apart. */
const ANY_STRENGTH = 2_000;

export function searchTitle(view: SearchView): string {
  switch (view.kind) {
    case 'measuring':
      return 'Measuring the way …';
    case 'searching':
      return 'Looking for an opponent';
    case 'found':
      return 'Opponent found';
    case 'expired':
      return 'Nobody was found';
    case 'failed':
      return 'The search has ended';
  }
}

/** One sentence under the title. @param nowMs - on the clock of the view */
export function searchLine(view: SearchView, names: RegionNames, nowMs: number): string {
  switch (view.kind) {
    case 'measuring':
      return 'How far each region is from you decides where you play.';
    case 'searching':
      return expectation(view, nowMs);
    case 'found':
      return names.size > 1
        ? `You play in ${nameOf(view.regionId, names)}.`
        : 'The table is being set.';
    case 'expired':
      return expiredLine(view.reasons);
    case 'failed':
      return view.message;
  }
}

function expectation({ expectedAtMs }: Searching, nowMs: number): string {
  if (expectedAtMs === null) return 'Nobody has been matched lately, so there is no estimate yet.';
  const leftS = Math.ceil((expectedAtMs - nowMs) / 1_000);
  return leftS > 0
    ? `About ${leftS} s more, by how long others have waited.`
    : 'It may be any moment now.';
}

/** What the search accepts now, the figures of its widening step. */
export function accepted({ widening }: Searching, names: RegionNames): readonly string[] {
  if (widening === null) return [];
  const { capMs, regionsTried, skillDistance } = widening;
  return [
    skillDistance >= ANY_STRENGTH
      ? 'Opponents of any strength'
      : `Opponents within ${Math.round(skillDistance)} points of you`,
    `Up to ${Math.round(capMs)} ms away`,
    regionsIn(regionsTried, names.size),
  ];
}

function regionsIn(tried: number, all: number): string {
  if (all <= 1) return 'In this region';
  if (tried >= all) return `In all ${all} regions`;
  return tried === 1 ? 'In the region nearest to you' : `In the ${tried} regions nearest to you`;
}

export function widensLine({ widening, widensAtMs }: Searching, nowMs: number): string {
  if (widening === null) return '';
  const { step } = widening;
  const widened = step === 1 ? 'Widened once' : `Widened ${step} times`;
  if (widensAtMs === null) return `${widened}: as wide as it gets.`;
  const inS = Math.max(1, Math.ceil((widensAtMs - nowMs) / 1_000));
  return step === 0 ? `Accepts more in ${inS} s.` : `${widened}, again in ${inS} s.`;
}

/** What a screen reader is told: not each second, but what is new. */
export function spoken(view: SearchView, names: RegionNames): string {
  const title = searchTitle(view);
  switch (view.kind) {
    case 'searching': {
      // The cap grows with every second: only the others are news.
      const [strength, , regions] = accepted(view, names);
      return strength === undefined ? `${title}.` : `${title}. ${strength}. ${regions}.`;
    }
    default:
      return `${title}. ${searchLine(view, names, 0)}`;
  }
}

export function expiredLine(reasons: readonly TicketWaitReason[]): string {
  return reasonInWords(reasons[0]);
}

/** @returns '' when there was none */
export function offerInWords(offer: TicketOffer | null, names: RegionNames): string {
  if (offer === null) return '';
  const where = names.size > 1 ? ` in ${nameOf(offer.regionId, names)}` : '';
  const gap = `${Math.round(offer.teamGap)} points apart`;
  return `The best there was: a game${where}, ${Math.round(offer.latencyMs)} ms away, ${gap}.`;
}

/** Why there is no match yet, and from when on each region is searched. */
export function explanationInWords(
  { reasons, regions, waitedMs }: TicketExplanation,
  names: RegionNames,
): string {
  const sentences = [reasonInWords(reasons[0])];
  if (names.size > 1) {
    const outlook = regions.map(({ regionId, latencyMs, openAtWaitMs }) => {
      const when =
        openAtWaitMs === null
          ? 'not searched'
          : openAtWaitMs <= waitedMs
            ? 'open'
            : `from ${Math.ceil(openAtWaitMs / 1_000)} s on`;
      return `${nameOf(regionId, names)} ${Math.round(latencyMs)} ms, ${when}`;
    });
    sentences.push(`${outlook.join(' · ')}.`);
  }
  return sentences.join(' ');
}

function reasonInWords(reason: TicketWaitReason | undefined): string {
  switch (reason?.kind) {
    case 'no-region-within-cap':
      return 'No region is near enough to you yet.';
    case 'nobody-within-latency':
      return 'Nobody else is searching near enough to you.';
    case 'too-few-players':
      return 'Too few players are searching.';
    case 'skill-too-far':
      return `The nearest opponent is ${Math.round(Number(reason['nearestDistance']))} points away.`;
    case 'cost-too-high':
      return 'There is an opponent, but the game would not be fair yet.';
    case 'next-pass':
      return 'Your match is being made.';
    default:
      return 'No fair match has come together.';
  }
}

/** A region for people. */
export function nameOf(regionId: string, names: RegionNames): string {
  return names.get(regionId) ?? regionId;
}

/** The rating before and after a rated game. */
export function ratingChange(before: number, after: number | null): string {
  if (after === null) return `Your rating was ${before}; the new one is on its way.`;
  const change = after - before;
  const sign = change > 0 ? '+' : change < 0 ? '−' : '±';
  return `Rating ${before} → ${after} (${sign}${Math.abs(change)})`;
}

/** `0:07` */
export function elapsedText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
