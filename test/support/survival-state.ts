import { schema, t } from 'meridian/schema';

export const Actor = schema(
  {
    name: t.string().default(''),
    /** Seen by its owner only. */
    secret: t.string().default('').view(),
  },
  'Actor',
);

export const PlayState = schema(
  {
    words: t.array('string'),
    actors: t.map(Actor),
    /** The room's clock at the last step, ms. */
    clockMs: t.float64().default(0),
    /** Process that made it. */
    pid: t.uint32().default(0),
    /** The room's clock whenever the alarm rang, ms. */
    alarms: t.array('float64'),
    /** What `onRestore` does: nothing unusual, throw, never end, or end the process. */
    onRestore: t.string().default(''),
  },
  'PlayState',
);
