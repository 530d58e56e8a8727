/**
 * Ranks from 0 to `count` - 1, the r-th as likely as 1 / (r + 1)^s.
 *
 * @param random - from 0 to 1, 1 excluded
 * @returns draws one
 */
export function zipf(count: number, s: number, random: () => number): () => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += (rank + 1) ** -s;
    upTo[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
