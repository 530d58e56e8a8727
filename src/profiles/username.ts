import { z } from 'zod';

/**
 * A name that one player has, over all regions; others write it to find him. ASCII only: names that look alike must not be two.
 * Lower case is what is compared and kept.
 */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9_]{2,19}$/, 'wants 3–20 letters, digits and _, a letter first')
  .meta({ description: 'Unique over all regions.', example: 'brave_otter' });
