import { fileURLToPath } from 'node:url';
import { defineGame } from 'meridian';
import { FieldRoom } from './field-room.ts';

/** What `meridian start` runs: the rooms, and the page that `vite build` has made. */
export const game = defineGame({
  rooms: { field: FieldRoom },
  webRoot: fileURLToPath(new URL('../../dist', import.meta.url)),
});
