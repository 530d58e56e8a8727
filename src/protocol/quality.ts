/** How much of the state a client's link carries: 0 all of it, 4 the least. */
export type QualityLevel = 0 | 1 | 2 | 3 | 4;
