import { schema, t } from '@colyseus/schema';

/** The input of contenders with `defineInput`; the load generator encodes it with the real `InputEncoder`. */
export const MoveInput = schema(
  { moveX: t.int8(), moveY: t.int8(), turn: t.float32(), seq: t.uint16() },
  'MoveInput',
);
