/** `host[:port][/path]` of a node or a gateway; the scheme is that of the configured endpoint. */
export type NodeAddress = string;

/**
 * The addresses a client may turn to: the configured endpoint, always, and the nodes the region last named. One for a
 * client and all its rooms: what one learned helps the others.
 */
export class KnownNodes {
  readonly endpoint: NodeAddress;
  readonly #scheme: string;
  #nodes: readonly NodeAddress[] = [];

  /** @param baseUrl - `http(s)://` address of the endpoint, without a slash at the end */
  constructor(baseUrl: string) {
    const { 1: scheme = 'http://', 2: address = '' } = /^(https?:\/\/)(.*)$/.exec(baseUrl) ?? [];
    this.#scheme = scheme;
    this.endpoint = address;
  }

  /** How many addresses there are to ask. */
  get count(): number {
    return new Set([this.endpoint, ...this.#nodes]).size;
  }

  /** @param nodes - the live nodes of now; none says nothing */
  learn(nodes: unknown): void {
    if (!Array.isArray(nodes)) return;
    const addresses = nodes.filter((node) => typeof node === 'string' && node !== '');
    if (addresses.length > 0) this.#nodes = addresses.map(withoutSlash);
  }

  /**
   * Everybody who could be asked, each once, in random order: a thousand clients of a lost node spread over the others.
   *
   * @param first - comes first, if given
   * @param last - comes last: the address that was just lost
   */
  inRandomOrder(
    random: () => number,
    { first, last }: { readonly first?: NodeAddress; readonly last?: NodeAddress },
  ): NodeAddress[] {
    const others = new Set([this.endpoint, ...this.#nodes]);
    for (const placed of [first, last]) if (placed !== undefined) others.delete(placed);
    const shuffled = [...others]
      .map((address) => ({ address, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ address }) => address);
    const ends = (address: NodeAddress | undefined) => (address === undefined ? [] : [address]);
    return [...ends(first), ...shuffled, ...ends(last)];
  }

  /** `http(s)://` address of a node, to put a path behind. */
  urlOf(address: NodeAddress): string {
    return this.#scheme + address;
  }
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
