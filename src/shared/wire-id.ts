import { z } from 'zod';

/** An id of ours in a message: whose it is decides who reads it, here it is only bounded. */
export const WireId = z.string().min(1).max(128);
