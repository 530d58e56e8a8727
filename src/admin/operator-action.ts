import { z } from 'zod';
import { MOST_BOTS, type OperatorAction } from '../protocol/admin.ts';

const nodeId = z.string().regex(/^[\w-]{1,64}$/);
const regionId = z.string().regex(/^[\w-]{1,32}$/);
const roomId = z.string().regex(/^[\w-]{1,64}$/);
const sessionId = z.string().regex(/^[\w-]{1,64}$/);
const playerId = z.string().regex(/^p_[0-9a-z]{20}$/);
/** Of a node; absent: it is of this region. */
const itsRegion = regionId.exactOptional();
const between = z.tuple([regionId, regionId]).readonly();
/** A close frame carries 123 bytes (RFC 6455 §5.5): players read all of it, also where letters take three. */
const shownReason = z.string().trim().min(1).max(40);
const reason = z.string().trim().min(1).max(500);

/** An action as it comes from outside. */
export const OperatorActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('quarantine-node'), nodeId, regionId: itsRegion }),
  z.strictObject({ action: z.literal('release-node'), nodeId, regionId: itsRegion }),
  z.strictObject({ action: z.literal('close-region'), regionId }),
  z.strictObject({ action: z.literal('open-region'), regionId }),
  z.strictObject({ action: z.literal('shed-tickets'), regionId }),
  z.strictObject({ action: z.literal('take-tickets'), regionId }),
  z.strictObject({ action: z.literal('evacuate-region'), regionId }),
  z.strictObject({ action: z.literal('return-region'), regionId }),
  z.strictObject({ action: z.literal('drain-node'), nodeId, regionId: itsRegion }),
  z.strictObject({
    ...{ action: z.literal('kick-client'), regionId, roomId, sessionId, reason: shownReason },
  }),
  z.strictObject({
    ...{ action: z.literal('move-room'), regionId, roomId, nodeId: nodeId.nullable() },
  }),
  z.strictObject({ action: z.literal('close-room'), regionId, roomId, reason: shownReason }),
  z.strictObject({ action: z.literal('kick-player'), regionId, playerId, reason: shownReason }),
  z.strictObject({
    action: z.literal('ban-player'),
    playerId,
    reason,
    /** Wall clock, ms since the Unix epoch; null: for good. */
    untilMs: z.int().positive().nullable().default(null),
  }),
  z.strictObject({ action: z.literal('lift-ban'), playerId }),
  z.strictObject({ action: z.literal('sign-out-player'), playerId }),
  z.strictObject({ action: z.literal('kill-node'), nodeId }),
  z.strictObject({ action: z.literal('start-node'), regionId }),
  z.strictObject({ action: z.literal('cut-link'), between }),
  z.strictObject({ action: z.literal('heal-link'), between }),
  z.strictObject({ action: z.literal('black-hole'), regionId }),
  z.strictObject({ action: z.literal('heal-region'), regionId }),
  z.strictObject({ action: z.literal('bots'), count: z.number().int().min(0).max(MOST_BOTS) }),
]) satisfies z.ZodType<OperatorAction>;

/** Of what an action is, for the audit log. */
export function targetOf(action: OperatorAction): string {
  switch (action.action) {
    case 'drain-node':
    case 'kill-node':
    case 'quarantine-node':
    case 'release-node':
      return action.nodeId;
    case 'kick-client':
      return `${action.roomId}/${action.sessionId}`;
    case 'move-room':
    case 'close-room':
      return action.roomId;
    case 'kick-player':
    case 'ban-player':
    case 'lift-ban':
    case 'sign-out-player':
      return action.playerId;
    case 'cut-link':
    case 'heal-link':
      return action.between.join(' – ');
    case 'start-node':
    case 'black-hole':
    case 'heal-region':
    case 'close-region':
    case 'open-region':
    case 'shed-tickets':
    case 'take-tickets':
    case 'evacuate-region':
    case 'return-region':
      return action.regionId;
    case 'bots':
      return 'bots';
  }
}
