/**
 * Message from room to client, at most once a second and only while there is something to mend: by how many fixed steps of
 * the room the client's inputs come too late (positive: it should make them a little faster) or too early (negative).
 *
 * The payload is one number. Sent to clients that send bundles (input-bundle.ts) only: others would not know it.
 */
export const INPUT_PACE_MESSAGE = 'meridian:pace';
