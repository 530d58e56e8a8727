/** `host[:port][/path]` of a node or a gateway; the scheme is that of the configured endpoint. */
export type NodeAddress = string;

/** Nodes of before that are remembered: a region may have been renewed twice before the client asks again. */
const MOST_REMEMBERED = 16;

/**
 * The addresses a client may turn to: the configured endpoint, always, the nodes the region last named, and those it named
 * before. One for a client and all its rooms: what one learned helps the others.
 */
export class KnownNodes {
  readonly endpoint: NodeAddress;
  readonly #scheme: string;
  /** As last named. */
  #nodes: readonly NodeAddress[] = [];
  /** Of the region where rooms go when theirs is lost, as last named. */
  #refuge: NodeAddress | undefined;
  /** Named before, and not since; the newest first. */
  #earlier: readonly NodeAddress[] = [];

  /** @param baseUrl - `http(s)://` address of the endpoint, without a slash at the end */
  constructor(baseUrl: string) {
    const { 1: scheme = 'http://', 2: address = '' } = /^(https?:\/\/)(.*)$/.exec(baseUrl) ?? [];
    this.#scheme = scheme;
    this.endpoint = address;
  }

  /** How many addresses there are to ask. */
  get count(): number {
    return new Set([this.endpoint, ...this.#nodes, ...this.#earlier]).size;
  }

  /** @param nodes - the live nodes of now; none says nothing */
  learn(nodes: unknown): void {
    if (!Array.isArray(nodes)) return;
    const addresses = nodes
      .filter((node) => typeof node === 'string' && node !== '')
      .map(withoutSlash);
    if (addresses.length === 0) return;
    this.#earlier = [...new Set([...this.#nodes, ...this.#earlier])]
      .filter((address) => !addresses.includes(address))
      .slice(0, MOST_REMEMBERED);
    this.#nodes = addresses;
  }

  /** Where rooms go when their region is lost; undefined when there is no such place, or nobody has said so. */
  get refuge(): NodeAddress | undefined {
    return this.#refuge;
  }

  /** @param refuge - as a seat or an answer has it; what is none says nothing */
  learnRefuge(refuge: unknown): void {
    if (typeof refuge === 'string' && refuge !== '') this.#refuge = withoutSlash(refuge);
  }

  /**
   * Everybody who could be asked, each once, nodes in random order: a thousand clients of a lost node spread over the others. The
   * configured endpoint comes behind them, where it is none of them: a gateway is a hop more, and may still lead to the node that was
   * lost. Those of whom nothing was heard lately come last.
   *
   * @param first - comes first, if given
   * @param last - comes last: the address that was just lost
   */
  inRandomOrder(
    random: () => number,
    { first, last }: { readonly first?: NodeAddress; readonly last?: NodeAddress },
  ): NodeAddress[] {
    const placed = [first, last];
    const isOpen = (address: NodeAddress) => !placed.includes(address);
    const open = (addresses: readonly NodeAddress[]) => shuffled(addresses.filter(isOpen), random);
    // Each stays where it comes first.
    const others = new Set([
      ...open(this.#nodes),
      ...open([this.endpoint]),
      ...open(this.#earlier),
    ]);
    const ends = (address: NodeAddress | undefined) => (address === undefined ? [] : [address]);
    return [...ends(first), ...others, ...ends(last)];
  }

  /** `http(s)://` address of a node, to put a path behind. */
  urlOf(address: NodeAddress): string {
    return this.#scheme + address;
  }
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}

function shuffled(addresses: readonly NodeAddress[], random: () => number): NodeAddress[] {
  return addresses
    .map((address) => ({ address, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ address }) => address);
}
