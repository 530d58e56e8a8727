import { z } from 'zod';
import type { LinkKind } from '../regions/contract.ts';

/** Changed profiles in one message: of this many it stays far below what a link carries. */
export const MOST_NEWS = 500;

const ProfileNews = z.object({
  /** Key (`<home region>/<player>`) and the revision it has now; what is older is old. */
  changed: z.array(z.tuple([z.string().max(200), z.int().min(1)])).max(MOST_NEWS),
});

/** Profiles that have changed; to every node of every region, for their caches. */
export const PROFILES_CHANGED: LinkKind<z.infer<typeof ProfileNews>> = {
  name: 'profiles-changed',
  delivery: 'news',
  body: ProfileNews,
};
