import { type SchemaType, schema, t } from '@colyseus/schema';

/** What a client may say in one step: intent, already quantised, nothing else. 5 bytes when everything changed. */
export const MoveInput = schema(
  {
    /** -127 … 127, left to right. */
    moveX: t.int8().default(0),
    /** -127 … 127, top to bottom. */
    moveY: t.int8().default(0),
    /** Radians, 0 to the right, clockwise on the screen. */
    aim: t.angle(),
    /** Bits of `BUTTON`. */
    buttons: t.uint8().default(0),
  },
  'MoveInput',
);
export type MoveInput = SchemaType<typeof MoveInput>;
