import { z } from 'zod';
import type { JsonValue } from '../protocol/rest.ts';
import { defineRpc, jsonField, NoReply, nullableField } from '../transport/rpc/rpc-contract.ts';
import type { LedgerEntry, OperationOutcome, PlayerExport, Profile } from './contract.ts';
import {
  PlayerId,
  PlayerOperationBody,
  ProfilePatchBody,
  ProfileReply,
  SoftWriteBody,
} from './schemas.ts';
import { Username } from './username.ts';

// The messages of proto/profile/v1/profile.proto, and the values they stand for. What goes in is checked as REST checks it.

/** Any JSON. How deep and how large is its reader's to judge, whose walk is bounded; `z.json()` would follow it to the end of the stack. */
const Json = jsonField(z.custom<JsonValue>());
const Amounts = z.record(z.string(), z.int());

/** A profile: `data` travels as JSON. */
const ProfileField = z.codec(
  z.object({
    ...ProfileReply.omit({ data: true, username: true }).shape,
    dataJson: jsonField(ProfileReply.shape.data),
    username: Username.optional(),
  }),
  // Each field is checked above: a second schema here would check all of them twice, at both ends.
  z.custom<Profile>(),
  {
    decode: ({ dataJson, username = null, ...rest }) => ({ ...rest, username, data: dataJson }),
    encode: ({ data, username, ...rest }) => ({
      ...rest,
      ...(username === null ? {} : { username }),
      dataJson: data,
    }),
  },
);

const ReadReply = z.object({ profile: nullableField(ProfileField) });

const PatchRequest = z.codec(
  z.object({
    playerId: z.string(),
    ifRevision: z.int(),
    displayName: z.string().optional(),
    dataJson: Json.optional(),
  }),
  z.object({ playerId: PlayerId, patch: ProfilePatchBody }),
  {
    decode: ({ playerId, ifRevision, displayName, dataJson }) => ({
      playerId,
      patch: {
        ifRevision,
        ...(displayName === undefined ? {} : { displayName }),
        ...(dataJson === undefined ? {} : { data: dataJson as Profile['data'] }),
      },
    }),
    encode: ({ playerId, patch: { ifRevision, displayName, data } }) => ({
      playerId,
      ifRevision,
      ...(displayName === undefined ? {} : { displayName }),
      ...(data === undefined ? {} : { dataJson: data as z.output<typeof Json> }),
    }),
  },
);

const OperateRequest = z.codec(
  z.object({
    playerId: z.string(),
    operationId: z.string(),
    reason: z.string(),
    currencies: Amounts,
    items: Amounts,
    statistics: z.record(z.string(), z.number()),
  }),
  z.object({ playerId: PlayerId, operation: PlayerOperationBody }),
  {
    decode: ({ playerId, ...operation }) => ({ playerId, operation }),
    encode: ({ playerId, operation: { operationId, reason, ...amounts } }) => ({
      ...{ playerId, operationId, reason },
      ...{ currencies: {}, items: {}, statistics: {} },
      ...amounts,
    }),
  },
);

const LedgerEntryField = z.codec(
  z.object({
    playerId: z.string(),
    operationId: z.string(),
    sequence: z.int(),
    reason: z.string(),
    currencies: Amounts,
    items: Amounts,
    statistics: z.record(z.string(), z.number()),
    currenciesAfter: Amounts,
    itemsAfter: Amounts,
    atMs: z.int(),
  }),
  z.custom<LedgerEntry>(),
  {
    decode: ({ currenciesAfter, itemsAfter, ...entry }) => ({
      ...entry,
      after: { currencies: currenciesAfter, items: itemsAfter },
    }),
    encode: ({ after, ...entry }) => ({
      ...entry,
      currenciesAfter: after.currencies,
      itemsAfter: after.items,
    }),
  },
);

const KINDS = {
  applied: 'KIND_APPLIED',
  repeated: 'KIND_REPEATED',
  refused: 'KIND_REFUSED',
  deferred: 'KIND_DEFERRED',
} as const satisfies Record<OperationOutcome['kind'], string>;

const OperateReply = z.codec(
  z.object({
    kind: z.enum(KINDS),
    entry: nullableField(LedgerEntryField),
    refusal: nullableField(z.object({ name: z.string(), has: z.int(), needs: z.int() })),
  }),
  z.custom<OperationOutcome>(),
  {
    decode: ({ kind, entry, refusal }, context): OperationOutcome => {
      if (kind === KINDS.refused && refusal !== null) {
        return { kind: 'refused', reason: 'insufficient', ...refusal };
      }
      if (kind === KINDS.deferred) return { kind: 'deferred' };
      if (kind !== KINDS.refused && entry !== null) {
        return { kind: kind === KINDS.applied ? 'applied' : 'repeated', entry };
      }
      context.issues.push({ code: 'custom', message: 'has no entry, or no refusal', input: kind });
      return z.NEVER;
    },
    encode: (outcome) => ({
      kind: KINDS[outcome.kind],
      entry: 'entry' in outcome ? outcome.entry : null,
      refusal:
        outcome.kind === 'refused'
          ? { name: outcome.name, has: outcome.has, needs: outcome.needs }
          : null,
    }),
  },
);

const SoftValueField = z.codec(
  z.object({ playerId: z.string(), section: z.string(), valueJson: Json }),
  z.object({ playerId: PlayerId, ...SoftWriteBody.shape }),
  {
    decode: ({ valueJson, ...rest }) => ({ ...rest, value: valueJson as Profile['data'] }),
    encode: ({ value, ...rest }) => ({ ...rest, valueJson: value as z.output<typeof Json> }),
  },
);

const SectionReply = z.codec(
  z.object({ valueJson: nullableField(Json) }),
  z.object({ value: z.custom<Profile['data'] | null>() }),
  {
    decode: ({ valueJson }) => ({ value: valueJson as Profile['data'] | null }),
    encode: ({ value }) => ({ valueJson: value as z.output<typeof Json> | null }),
  },
);
/** Whoever is asked for; that he cannot exist is his reader's to know. Errors repeat it. */
const AskedFor = z.string().max(100);

/** Reads answer within what a page waits; writes are bounded by the store's own patience, ms. */
const READ_WITHIN_MS = 1_000;
const WRITE_WITHIN_MS = 3_000;
/** It may wait for another one who writes the same, ms. */
const FLUSH_WITHIN_MS = 8_000;
/** All of a player, of however many years, ms. */
const WHOLE_WITHIN_MS = 15_000;

/** The profile service, for those who run without it. */
export const PROFILE_RPC = defineRpc({
  name: 'meridian.profile.v1.ProfileService',
  proto: 'profile/v1/profile.proto',
  methods: {
    create: {
      request: z.object({ playerId: PlayerId, displayName: z.string() }),
      reply: ProfileField,
      isIdempotent: false,
      deadlineMs: WRITE_WITHIN_MS,
    },
    read: {
      request: z.object({ playerId: AskedFor }),
      reply: ReadReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
    readForDisplay: {
      request: z.object({ playerId: AskedFor }),
      reply: ReadReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
    takeUsername: {
      request: z.object({ playerId: AskedFor, username: AskedFor }),
      reply: ProfileField,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    findByUsername: {
      request: z.object({ username: AskedFor }),
      reply: z.object({ playerId: nullableField(z.string()) }),
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
    exportPlayer: {
      request: z.object({ playerId: AskedFor }),
      reply: z.object({ exportJson: jsonField(z.custom<PlayerExport>()) }),
      isIdempotent: true,
      deadlineMs: WHOLE_WITHIN_MS,
    },
    erasePlayer: {
      request: z.object({ playerId: AskedFor }),
      reply: NoReply,
      isIdempotent: false,
      deadlineMs: WHOLE_WITHIN_MS,
    },
    patch: {
      request: PatchRequest,
      reply: ProfileField,
      // Over a revision: a second time it is stale.
      isIdempotent: false,
      deadlineMs: WRITE_WITHIN_MS,
    },
    addStatistics: {
      request: z.object({ playerId: AskedFor, additions: z.record(z.string(), z.number()) }),
      reply: ReadReply,
      isIdempotent: false,
      deadlineMs: WRITE_WITHIN_MS,
    },
    operate: {
      request: OperateRequest,
      reply: OperateReply,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    writeSoon: {
      request: z.object({ values: z.array(SoftValueField).readonly() }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: WRITE_WITHIN_MS,
    },
    flush: {
      request: z.object({ playerId: PlayerId }),
      reply: NoReply,
      isIdempotent: true,
      deadlineMs: FLUSH_WITHIN_MS,
    },
    readSection: {
      request: z.object({ playerId: z.string(), section: z.string() }),
      reply: SectionReply,
      isIdempotent: true,
      deadlineMs: READ_WITHIN_MS,
    },
  },
});
