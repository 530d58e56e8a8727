import { type SchemaType, schema, t } from '@colyseus/schema';
import { fighterFields, PodiumPlace, pickupFields } from '../arena-state.ts';
import { MATCH_PHASE } from '../rules.ts';
import { CROWD_MAP_SIZE } from './crowd-map.ts';

/** As in the arena, with places of a larger world. Only values: a patch for a thousand is copied together from them. */
export const CrowdFighter = schema(fighterFields(CROWD_MAP_SIZE), 'CrowdFighter');
export type CrowdFighter = SchemaType<typeof CrowdFighter>;

export const CrowdPickup = schema(pickupFields(CROWD_MAP_SIZE), 'CrowdPickup');
export type CrowdPickup = SchemaType<typeof CrowdPickup>;

/** A place of the board. */
export const BoardPlace = schema(
  {
    fighterId: t.string().default(''),
    name: t.string().default(''),
    isBot: t.boolean().default(false),
    team: t.uint8().default(0),
    kills: t.uint16().default(0),
    deaths: t.uint16().default(0),
  },
  'BoardPlace',
);
export type BoardPlace = SchemaType<typeof BoardPlace>;

/** What everybody may know of the whole battle, for nobody gets all fighters. Made once a second. */
export const BattleSummary = schema(
  {
    fighters: t.uint16().default(0),
    /** Kills of the armies. */
    westKills: t.uint16().default(0),
    eastKills: t.uint16().default(0),
    /** Where they are; see `heat.ts`. */
    heat: t.string().default(''),
    /** The best, best first. */
    board: t.array(BoardPlace),
    /** By kills: how many have more. Whoever knows his kills knows his rank. */
    fightersAbove: t.array('uint16'),
  },
  'BattleSummary',
);
export type BattleSummary = SchemaType<typeof BattleSummary>;

export const CrowdState = schema(
  {
    /** By session id; bots by `bot:<n>`. A client gets those that are near. */
    fighters: t.map(CrowdFighter).view(),
    /** Few, and they seldom change: everybody gets all of them. */
    pickups: t.array(CrowdPickup),
    /** One of `MATCH_PHASE`. */
    phase: t.uint8().default(MATCH_PHASE.playing),
    /** Room clock, ms, when the phase ends. */
    phaseEndsAtMs: t.uint32().default(0),
    matchNumber: t.uint16().default(0),
    /** Kills of an army that end this battle. */
    killsToWin: t.uint16().default(0),
    /** The best of the last battle, first to third; filled while the results show. */
    podium: t.array(PodiumPlace),
    summary: t.ref(BattleSummary),
  },
  'CrowdState',
);
export type CrowdState = SchemaType<typeof CrowdState>;
