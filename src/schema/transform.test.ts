import { Decoder, Encoder, Reflection } from '@colyseus/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { body2d, type SchemaType, schema, transform2d } from './index.ts';

const WORLD = { min: -1_000, max: 1_000 };
const MAX_SPEED = 600;

const Mover = schema({ ...body2d(WORLD, MAX_SPEED) }, 'Mover');
type Mover = SchemaType<typeof Mover>;

/** What the other side holds after one whole transfer. */
function sent(mover: Mover): Mover {
  const encoder = new Encoder(mover);
  const replica = Reflection.decode<Mover>(Reflection.encode(encoder)).state;
  new Decoder(replica).decode(encoder.encodeAll());
  return replica;
}

test('what arrives is bit-equal to what the sender holds, and near what was set', () => {
  const coordinate = fc.double({ min: WORLD.min, max: WORLD.max, noNaN: true });
  const speed = fc.double({ min: -MAX_SPEED, max: MAX_SPEED, noNaN: true });
  const turn = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(coordinate, coordinate, turn, speed, speed, (x, y, angle, vx, vy) => {
      const mover = new Mover();
      Object.assign(mover, { x, y, angle, vx, vy });
      const replica = sent(mover);
      expect(replica.toJSON()).toEqual(mover.toJSON());
      expect(Math.abs(replica.x - x)).toBeLessThanOrEqual(2_000 / 2 ** 16);
      expect(Math.abs(replica.vx - vx)).toBeLessThanOrEqual(1_200 / 2 ** 16);
    }),
  );
});

test('a position outside the world is clamped to its edge', () => {
  const mover = new Mover();
  mover.x = 5_000;
  expect(mover.x).toBe(WORLD.max);
});

test('rest is exactly zero', () => {
  const mover = new Mover();
  mover.vx = 0;
  expect(sent(mover).vx).toBe(0);
});

test('a turn past the full circle comes back as the same direction', () => {
  const mover = new Mover();
  mover.angle = 2 * Math.PI + 1;
  expect(mover.angle).toBeCloseTo(1, 1);
});

test('a moved figure costs at most half of what floats cost', () => {
  const Quantized = schema({ ...transform2d(WORLD) }, 'Quantized');
  const figure = new Quantized();
  const encoder = new Encoder(figure);
  encoder.discardChanges();
  Object.assign(figure, { x: 12.5, y: -80, angle: 2 });
  // Three field codes and 2 + 2 + 1 bytes of values; as float32 it is 15.
  expect(encoder.encode().length).toBe(8);
});
