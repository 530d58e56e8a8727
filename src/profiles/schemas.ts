import { z } from 'zod';
import type {
  JsonValue,
  ProfileBody,
  ProfilePatchRequest,
  UsernameOwner,
  UsernameRequest,
} from '../protocol/rest.ts';
import { findPlayerDataIssue, PLAYER_DATA_LIMITS } from './player-data.ts';
import { Username } from './username.ts';

/** Nothing invisible but the joiners that emoji and some scripts need: no controls, no bidi overrides, no surrogates. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The name other players see. Trimmed; lengths are UTF-16 units. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(24)
  .refine((name) => !INVISIBLE.test(name), 'must have no control or invisible characters')
  .refine((name) => name === '' || VISIBLE.test(name), 'must have a visible character')
  .meta({ description: 'Name other players see, 1–24 characters.', example: 'Brave Otter 42' });

export const PlayerId = z
  .string()
  .regex(/^p_[0-9a-z]{20}$/)
  .meta({ description: 'Opaque and permanent.', example: 'p_4jq9x0mv7k2tb8c3zr5d' });

/** `data` as the owner sends it; bounds in player-data.ts. The type is what the refinement has proved. */
const PlayerData = z
  .unknown()
  .superRefine((value, context) => {
    const issue = findPlayerDataIssue(value);
    if (issue) context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
  })
  .meta({
    description: `Settings, loadout and the like. At most ${PLAYER_DATA_LIMITS.bytes} bytes as JSON, ${PLAYER_DATA_LIMITS.depth} levels, ${PLAYER_DATA_LIMITS.keys} keys.`,
    override: { type: 'object', additionalProperties: true },
  }) as unknown as z.ZodType<Readonly<Record<string, JsonValue>>>;

const Statistics = z.record(z.string(), z.number()).meta({
  description: 'Written by the server only.',
  example: { 'duel.wins': 3 },
});

const Balances = z.record(z.string(), z.int()).meta({
  description: 'Whole numbers by currency or item; changed by the server only.',
});

const WallMs = z.int().meta({ description: 'Wall clock, ms since the Unix epoch.' });

export const ProfileReply = z
  .strictObject({
    playerId: PlayerId,
    revision: z.int().min(1).meta({ description: 'Grows by one with each write.' }),
    displayName: DisplayName,
    data: PlayerData,
    statistics: Statistics,
    username: Username.nullable(),
    wallet: Balances.meta({ example: { gold: 30 } }),
    inventory: Balances.meta({ example: { sword: 1 } }),
    createdAtMs: WallMs,
    updatedAtMs: WallMs,
  })
  .meta({ id: 'Profile' }) satisfies z.ZodType<ProfileBody>;

export const UsernameBody = z
  .strictObject({ username: Username })
  .meta({ id: 'UsernameRequest' }) satisfies z.ZodType<UsernameRequest>;

export const UsernameOwnerReply = z
  .strictObject({ playerId: PlayerId })
  .meta({ id: 'UsernameOwner' }) satisfies z.ZodType<UsernameOwner>;

export const PlayerExportReply = z
  .object({ profile: z.looseObject({}), ledger: z.array(z.looseObject({})) })
  .meta({ id: 'PlayerExport', description: 'Everything that is kept of a player.' });

/** What everybody may know of a player. */
export const PublicProfileReply = z
  .strictObject({ playerId: PlayerId, displayName: DisplayName, statistics: Statistics })
  .meta({ id: 'PublicProfile' });

export const ProfilePatchBody = z
  .strictObject({
    ifRevision: z.int().min(1).meta({ description: 'The revision this change was made on.' }),
    displayName: DisplayName.exactOptional(),
    data: PlayerData.exactOptional(),
  })
  .refine((patch) => patch.displayName !== undefined || patch.data !== undefined, {
    message: 'must change something: displayName, data or both',
  })
  .meta({ id: 'ProfilePatch' }) satisfies z.ZodType<ProfilePatchRequest>;

/** The part of a new player that people chose. */
export const NamedPlayer = z.object({ displayName: DisplayName });

const StatisticName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/);
/** Additions that rooms send: `{ 'duel.wins': 1 }`. */
export const StatisticAdditions = z
  .record(StatisticName, z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER))
  .refine((additions) => Object.keys(additions).length <= 64, 'at most 64 statistics at once');

const Amounts = z
  .record(StatisticName, z.int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER))
  .refine((amounts) => Object.keys(amounts).length <= 64, 'at most 64 kinds at once');

/** An operation as rooms and services ask for it. */
export const PlayerOperationBody = z.strictObject({
  operationId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/),
  reason: z.string().min(1).max(100),
  currencies: Amounts.exactOptional(),
  items: Amounts.exactOptional(),
  statistics: StatisticAdditions.exactOptional(),
});

const SectionName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/);

/** A section that is written behind. */
export const SoftWriteBody = z.strictObject({ section: SectionName, value: PlayerData });

/** A section as the game names and writes it; bounds as of `data`. */
export const SectionWriteBody = z.strictObject({
  name: SectionName,
  value: PlayerData,
  writer: z.enum(['owner', 'server']),
  mode: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('create') }),
    z.strictObject({ kind: z.literal('if-revision'), revision: z.int().min(0) }),
    z.strictObject({ kind: z.literal('blind') }),
  ]),
  rules: z
    .strictObject({
      readableBy: z.enum(['public', 'owner', 'server']),
      writableBy: z.enum(['owner', 'server']),
    })
    .exactOptional(),
  leaseToken: z.string().exactOptional(),
});
