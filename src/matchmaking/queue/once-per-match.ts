/** Longer than a claim lasts: by then nobody asks for the match any more. */
const REMEMBERED_MS = 10_000;

/**
 * Does what a match wants once, however often it is asked: who asks again, because the connection broke before the answer came, gets the same
 * one. What fails is forgotten, and tried anew.
 */
export class OncePerMatch<Done> {
  readonly #done = new Map<string, Promise<Done>>();

  /** @throws what `work` throws */
  async run(matchId: string, work: () => Promise<Done>): Promise<Done> {
    const known = this.#done.get(matchId);
    if (known !== undefined) return await known;
    const doing = work();
    this.#done.set(matchId, doing);
    const forget = () => this.#done.delete(matchId);
    doing.then(() => setTimeout(forget, REMEMBERED_MS).unref(), forget);
    return await doing;
  }
}
