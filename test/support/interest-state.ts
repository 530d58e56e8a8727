import { schema, t } from '@colyseus/schema';

export const Person = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    steps: t.uint32().default(0),
    team: t.string().optional(),
    things: t.array('string'),
    secret: t.string().optional().view(2),
  },
  'Person',
);
export const Flag = schema({ owner: t.string().optional() }, 'PlainFlag');
export const PlainState = schema(
  {
    ticks: t.uint32().default(0),
    people: t.map(Person).view(),
    flags: t.map(Flag).view(),
  },
  'PlainState',
);
