import { schema, t } from '@colyseus/schema';

const PLACES = { min: 0, max: 1_000, bits: 16 } as const;
export const Mover = schema(
  { x: t.quantized(PLACES).default(0), y: t.quantized(PLACES).default(0) },
  'Mover',
);
export const CrowdState = schema(
  {
    ticks: t.uint32().default(0),
    isMoving: t.boolean().default(true),
    movers: t.map(Mover),
  },
  'CrowdState',
);
