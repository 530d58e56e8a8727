/** The queue of the chaos runs over five regions. */
export const QUEUE = 'chaos';
export const PLAYERS_OF_A_MATCH = 4;
/** Wait after which a ticket expires, s. */
export const TICKET_TIMEOUT_S = 30;
