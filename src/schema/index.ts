// Pieces a game builds its state from; `schema` and `t` are Colyseus' own. Runs in browsers too.
export { type SchemaType, schema, t } from '@colyseus/schema';
export { deadline } from './deadline.ts';
export {
  aim,
  body2d,
  facing,
  type PositionRange,
  position,
  share,
  transform2d,
  velocity,
} from './transform.ts';
