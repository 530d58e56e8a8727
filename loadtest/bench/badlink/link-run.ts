import type { PathFault } from '../../wan/wan-link.ts';
import type { LinkProfile } from './link-profiles.ts';
import { type Machine, Rig, type RigSetup } from './rig.ts';
import type { Contender, PlayersJudgement } from './wire.ts';

/** One contender over one kind of link. */
export interface LinkRun {
  readonly kind: 'link';
  readonly contender: Contender;
  readonly profile: LinkProfile['name'];
  readonly players: number;
  readonly judged: PlayersJudgement;
  /** Steps of a player for which no input of his was there. */
  readonly starvedRatio: number;
  readonly tickP95Ms: number;
  readonly downBytesPerPlayerPerS: number;
  readonly upBytesPerPlayerPerS: number;
}

export interface LinkDurations {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** Play before the link goes down. */
const BEFORE_OUTAGE_MS = 3_000;

/** Plays one contender over one kind of link, and judges what its players saw. */
export async function playOverLink(
  machine: Machine,
  contender: Contender,
  profile: LinkProfile,
  setup: RigSetup,
  { warmUpMs, windowMs }: LinkDurations,
): Promise<LinkRun> {
  let fault: PathFault = 'none';
  const path = () => ({ profile: profile.path, fault });
  await using rig = await Rig.open(machine, contender, profile, setup, path);
  await sleep(warmUpMs);
  const before = rig.traffic;
  const startedAtMs = performance.now();
  await rig.start();
  if (profile.outageMs !== undefined) {
    await sleep(BEFORE_OUTAGE_MS);
    fault = 'black-hole';
    await sleep(profile.outageMs);
    fault = 'none';
    rig.players.tell('healed');
  }
  await sleep(windowMs);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const after = rig.traffic;
  const { window, judged } = await rig.stop();
  const perPlayerPerS = (bytes: number) => Math.round(bytes / setup.players / seconds);
  return {
    kind: 'link',
    contender,
    profile: profile.name,
    players: setup.players,
    judged,
    starvedRatio: window.starvedSteps / window.playerSteps,
    tickP95Ms: window.tickMs.p95,
    downBytesPerPlayerPerS: perPlayerPerS(after.downBytes - before.downBytes),
    upBytesPerPlayerPerS: perPlayerPerS(after.upBytes - before.upBytes),
  };
}

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
