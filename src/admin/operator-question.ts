import { z } from 'zod';
import type { OperatorQuestion } from '../protocol/operator-questions.ts';

const regionId = z.string().regex(/^[\w-]{1,32}$/);
const id = z.string().regex(/^[\w-]{1,128}$/);
const search = z.string().trim().max(64);

/** A question as it comes from outside, or from another region. */
export const OperatorQuestionSchema = z.discriminatedUnion('question', [
  z.strictObject({ question: z.literal('world'), regionId }),
  z.strictObject({ question: z.literal('rooms'), regionId, search }),
  z.strictObject({ question: z.literal('room'), regionId, roomId: id }),
  z.strictObject({ question: z.literal('tickets'), regionId, queue: z.string().min(1).max(64) }),
  z.strictObject({ question: z.literal('ticket'), regionId, ticketId: id, playerId: id }),
  z.strictObject({ question: z.literal('players'), regionId, search }),
  z.strictObject({ question: z.literal('player'), regionId, playerId: id }),
  z.strictObject({ question: z.literal('audit'), regionId }),
]) satisfies z.ZodType<OperatorQuestion>;
