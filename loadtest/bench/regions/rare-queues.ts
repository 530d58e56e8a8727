/** Queues for which a region has too few players: they are matched across regions, or not at all. */
export const RARE_QUEUES: readonly string[] = Array.from({ length: 8 }, (_, at) => `rare${at + 1}`);

/** Where their players are at home: regions that come within each other's reach as a ticket waits. */
export const RARE_HOMES: readonly string[] = ['us-east', 'us-west', 'europe'];
