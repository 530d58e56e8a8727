import { z } from 'zod';
import { MOST_BOTS, type OperatorAction } from '../protocol/admin.ts';

const nodeId = z.string().regex(/^[\w-]{1,64}$/);
const regionId = z.string().regex(/^[\w-]{1,32}$/);
const between = z.tuple([regionId, regionId]).readonly();

/** An action as it comes from outside. */
export const OperatorActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('drain-node'), nodeId }),
  z.strictObject({ action: z.literal('quarantine-node'), nodeId }),
  z.strictObject({ action: z.literal('release-node'), nodeId }),
  z.strictObject({ action: z.literal('close-region'), regionId }),
  z.strictObject({ action: z.literal('open-region'), regionId }),
  z.strictObject({ action: z.literal('shed-tickets'), regionId }),
  z.strictObject({ action: z.literal('take-tickets'), regionId }),
  z.strictObject({ action: z.literal('evacuate-region'), regionId }),
  z.strictObject({ action: z.literal('return-region'), regionId }),
  z.strictObject({ action: z.literal('kill-node'), nodeId }),
  z.strictObject({ action: z.literal('start-node'), regionId }),
  z.strictObject({ action: z.literal('cut-link'), between }),
  z.strictObject({ action: z.literal('heal-link'), between }),
  z.strictObject({ action: z.literal('black-hole'), regionId }),
  z.strictObject({ action: z.literal('heal-region'), regionId }),
  z.strictObject({ action: z.literal('bots'), count: z.number().int().min(0).max(MOST_BOTS) }),
]) satisfies z.ZodType<OperatorAction>;
