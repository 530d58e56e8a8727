import { drawLatencies } from './latency-model.ts';
import type { RandomSource } from './random-source.ts';
import { type SimMember, type SimTicket, simTicket } from './sim-ticket.ts';
import type { World } from './world.ts';

/** Normal distribution of a population's part, rating points. */
export interface SkillHump {
  readonly share: number;
  readonly mean: number;
  readonly sd: number;
}

/** Who queues. */
export interface Population {
  /** Share of tickets by the size of their party. */
  readonly partyShares: readonly { readonly size: number; readonly share: number }[];
  readonly skill: readonly SkillHump[];
  /** Share of tickets that are one strong player on a new account. */
  readonly smurfShare: number;
}

export const USUAL_PARTIES: Population['partyShares'] = [
  { size: 1, share: 0.62 },
  { size: 2, share: 0.24 },
  { size: 3, share: 0.09 },
  { size: 5, share: 0.05 },
];

export const USUAL_POPULATION: Population = {
  partyShares: USUAL_PARTIES,
  skill: [{ share: 1, mean: 1_500, sd: 350 }],
  smurfShare: 0,
};

/** Friends are not equally good: sd of a member around his party, rating points. */
const PARTY_SD = 120;
/** What a settled rating does not know of today's player: sd, rating points. Games are decided by skill. */
export const RATING_ERROR_SD = 60;
/** A smurf is rated as the new account he has, and plays like the best. */
const SMURF = { rating: { mean: 1_300, sd: 100 }, skill: { mean: 2_150, sd: 100 } } as const;

/** Draws tickets from a population. */
export class TicketMaker {
  readonly #world: World;
  readonly #population: Population;
  readonly #random: RandomSource;
  #made = 0;

  constructor(world: World, population: Population, random: RandomSource) {
    this.#world = world;
    this.#population = population;
    this.#random = random;
  }

  /** @param home - the region its members live in */
  draw(arrivedAtMs: number, home: number): SimTicket {
    const { partyShares, skill, smurfShare } = this.#population;
    const random = this.#random;
    const id = `t${this.#made++}`;
    if (smurfShare > 0 && random.uniform() < smurfShare) {
      const rating = SMURF.rating.mean + SMURF.rating.sd * random.normal();
      const strength = SMURF.skill.mean + SMURF.skill.sd * random.normal();
      return simTicket(id, arrivedAtMs, [this.#member(home, rating, strength)]);
    }
    const party = partyShares[random.pick(partyShares.map(({ share }) => share))];
    const hump = skill[random.pick(skill.map(({ share }) => share))] as SkillHump;
    const base = hump.mean + hump.sd * random.normal();
    const size = party?.size ?? 1;
    const members = Array.from({ length: size }, () => {
      const rating = size === 1 ? base : base + PARTY_SD * random.normal();
      return this.#member(home, rating, rating + RATING_ERROR_SD * random.normal());
    });
    return simTicket(id, arrivedAtMs, members);
  }

  #member(home: number, rating: number, skill: number): SimMember {
    return { rating, skill, latencyMs: drawLatencies(this.#world, home, this.#random) };
  }
}
