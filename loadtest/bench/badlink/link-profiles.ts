import type { PathProfile } from '../../wan/tcp-delay.ts';
import type { TcpTraceName } from '../../wan/tcp-trace.ts';

export const PROFILE_NAMES = ['lan', 'good', 'mobile', 'bad', 'outage'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** A player's link to the server. */
export interface LinkProfile {
  readonly name: ProfileName;
  /** As people say it: round trip and loss. */
  readonly title: string;
  /** One way; half of the title's. */
  readonly path: PathProfile;
  /** A recorded connection of just that path, in place of the model. */
  readonly trace?: TcpTraceName;
  /** How long nothing gets through, in the middle of the run, ms. */
  readonly outageMs?: number;
}

const PROFILES: Readonly<Record<ProfileName, Omit<LinkProfile, 'name'>>> = {
  lan: { title: '2 ms', path: { delayMs: 1, jitterMs: 0, lossRatio: 0 } },
  good: { title: '30 ± 5 ms, 0.5 %', path: { delayMs: 15, jitterMs: 2.5, lossRatio: 0.005 } },
  mobile: { title: '80 ± 25 ms, 1 %', path: { delayMs: 40, jitterMs: 12.5, lossRatio: 0.01 } },
  bad: {
    title: '150 ± 40 ms, 2 %',
    path: { delayMs: 75, jitterMs: 20, lossRatio: 0.02 },
    trace: 'tcp_75ms_20ms_2pct',
  },
  outage: {
    title: '30 ± 5 ms, 0.5 %, then nothing for 5 s',
    path: { delayMs: 15, jitterMs: 2.5, lossRatio: 0.005 },
    outageMs: 5_000,
  },
};

export function profileOf(name: ProfileName): LinkProfile {
  return { name, ...PROFILES[name] };
}
