import { mulberry32 } from '../scenarios/random.ts';
import type { PathProfile } from './tcp-delay.ts';
import { type PathFault, WanLink } from './wan-link.ts';

/** Half a round trip between two places. */
export type PathBetween = (from: string, to: string) => PathProfile;

interface Way {
  readonly link: WanLink;
  readonly from: string;
  readonly to: string;
}

/**
 * A wide area network on one machine: places, addresses that live in them, and paths between all of them, in user space.
 *
 *   bot in asia ──▶ 127.0.0.1:port of via('asia', node in europe) ──delay, jitter, loss──▶ node in europe
 *
 * Nothing is asked of the system: no root, no kernel module.
 */
export class Wan implements AsyncDisposable {
  readonly #pathBetween: PathBetween;
  readonly #seed: number;
  readonly #placeOf = new Map<string, string>();
  readonly #ways = new Map<string, Promise<Way>>();
  readonly #faults = new Map<string, PathFault>();

  constructor(pathBetween: PathBetween, { seed = 1 }: { readonly seed?: number } = {}) {
    this.#pathBetween = pathBetween;
    this.#seed = seed;
  }

  /** @param address - `host:port` */
  put(address: string, place: string): void {
    this.#placeOf.set(address, place);
  }

  /**
   * Where somebody in `from` finds `address` (`host:port`).
   *
   * @returns `127.0.0.1:port`; the same for the same question
   * @throws when the address is in no place
   */
  async via(from: string, address: string): Promise<string> {
    const to = this.#placeOf.get(address);
    if (to === undefined) throw new Error(`Nobody has said where ${address} is: call put() first.`);
    const key = `${from} ${address}`;
    const way = this.#ways.get(key) ?? this.#open(from, to, address);
    this.#ways.set(key, way);
    return `127.0.0.1:${(await way).link.port}`;
  }

  /** Everything between two places, both ways. */
  fault(from: string, to: string, fault: PathFault): void {
    this.#faults.set(pairOf(from, to), fault);
    if (fault === 'cut') void this.#reset((way) => pairOf(way.from, way.to) === pairOf(from, to));
  }

  /** Everything from and to a place, what is inside it included. */
  faultPlace(place: string, fault: PathFault): void {
    this.#faults.set(place, fault);
    if (fault === 'cut') void this.#reset(({ from, to }) => from === place || to === place);
  }

  heal(): void {
    this.#faults.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ways = await Promise.all(this.#ways.values());
    await Promise.all(ways.map(({ link }) => link[Symbol.asyncDispose]()));
  }

  async #open(from: string, to: string, address: string): Promise<Way> {
    const at = address.lastIndexOf(':');
    const target = { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
    const profile = this.#pathBetween(from, to);
    const random = mulberry32(this.#seed + this.#ways.size);
    const link = await WanLink.open(target, () => ({ profile, fault: this.#faultOf(from, to) }), {
      random,
    });
    return { link, from, to };
  }

  #faultOf(from: string, to: string): PathFault {
    const faults = [pairOf(from, to), from, to].map((key) => this.#faults.get(key) ?? 'none');
    return faults.find((fault) => fault !== 'none') ?? 'none';
  }

  async #reset(isMeant: (way: Way) => boolean): Promise<void> {
    for (const way of await Promise.all(this.#ways.values())) if (isMeant(way)) way.link.reset();
  }
}

function pairOf(from: string, to: string): string {
  return [from, to].toSorted().join(' ');
}
