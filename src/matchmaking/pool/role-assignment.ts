// Who plays what. Whether a team's roles can be filled is a flow problem: players on one side, roles with their places on the
// other, an edge where a player would play a role. All players must get through.

/** The roles of a queue, as numbers. A set of roles is a bit mask over them. */
export class RoleTable {
  readonly names: readonly string[];
  /** Places of each role in one team. */
  readonly places: readonly number[];
  readonly #any: number;

  constructor(roles: Readonly<Record<string, number>>) {
    this.names = Object.keys(roles);
    this.places = Object.values(roles);
    this.#any = (1 << this.names.length) - 1;
  }

  /** @param roles - absent: any */
  maskOf(roles: readonly string[] | undefined): number {
    if (roles === undefined) return this.#any;
    return roles.reduce((mask, role) => mask | (1 << this.names.indexOf(role)), 0);
  }

  /** Finds out whether players can fill so many teams. */
  flowOf(teams: number): RoleFlow {
    return new RoleFlow(this.places.map((places) => places * teams));
  }

  /** Places of each role that a team has besides those who play already; negative: there are too many of them. */
  placesLeft(played: readonly string[]): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.names.map((name, index) => [
        name,
        (this.places[index] ?? 0) - played.filter((role) => role === name).length,
      ]),
    );
  }

  /** @returns the first role the queue does not have */
  unknownOf(roles: readonly string[] | undefined): string | undefined {
    return roles?.find((role) => !this.names.includes(role));
  }
}

/** Finds out whether everybody gets a role, by augmenting paths. One object serves many questions without new memory. */
export class RoleFlow {
  readonly #places: Int32Array;
  readonly #roles: number;
  /** Players that play role r: the entries `r * width` to `+ #taken[r]`. */
  readonly #seated: Int32Array;
  readonly #width: number;
  readonly #taken: Int32Array;
  #visited = 0;

  /** @param places - of each role */
  constructor(places: readonly number[]) {
    this.#places = Int32Array.from(places);
    this.#roles = places.length;
    this.#width = Math.max(...places);
    this.#seated = new Int32Array(this.#roles * this.#width);
    this.#taken = new Int32Array(this.#roles);
  }

  /** @param masks - of each player, the roles he would play */
  canSeat(masks: ArrayLike<number>, count = masks.length): boolean {
    this.#taken.fill(0);
    for (let player = 0; player < count; player += 1) {
      this.#visited = 0;
      if (!this.#seat(player, masks)) return false;
    }
    return true;
  }

  #seat(player: number, masks: ArrayLike<number>): boolean {
    const mask = masks[player] as number;
    for (let role = 0; role < this.#roles; role += 1) {
      const bit = 1 << role;
      if ((mask & bit) === 0 || (this.#visited & bit) !== 0) continue;
      this.#visited |= bit;
      if (this.#take(role, player, masks)) return true;
    }
    return false;
  }

  /** A free place, or one whose player can play something else. */
  #take(role: number, player: number, masks: ArrayLike<number>): boolean {
    const taken = this.#taken[role] as number;
    const first = role * this.#width;
    if (taken < (this.#places[role] as number)) {
      this.#seated[first + taken] = player;
      this.#taken[role] = taken + 1;
      return true;
    }
    for (let place = first; place < first + taken; place += 1) {
      if (!this.#seat(this.#seated[place] as number, masks)) continue;
      this.#seated[place] = player;
      return true;
    }
    return false;
  }
}

/**
 * Gives each player of a team a role, so that they are as content as can be: the sum of the squares of the places the roles have in
 * their wishes is least. Two second choices are better than one third.
 *
 * @param wishes - of each player; absent: any role is as dear
 * @param places - players each role still takes; at least as many as there are players
 * @returns the role of each player; null when somebody gets none
 */
export function assignRoles(
  wishes: readonly (readonly string[] | undefined)[],
  places: Readonly<Record<string, number>>,
): readonly string[] | null {
  const names = Object.keys(places);
  const found = bestRest(0, Object.values(places), { wishes, names, known: new Map() });
  if (found === null) return null;
  const roles: string[] = [];
  for (let rest = found; rest.role !== null; rest = rest.next) roles.push(rest.role);
  return roles;
}

type Rest =
  | { readonly discontent: number; readonly role: string; readonly next: Rest }
  | { readonly discontent: 0; readonly role: null };

interface Wishing {
  readonly wishes: readonly (readonly string[] | undefined)[];
  readonly names: readonly string[];
  /** By player and the places left: many ways lead to the same. */
  readonly known: Map<string, Rest | null>;
}

/** The best roles for the players from `player` on. */
function bestRest(player: number, left: readonly number[], wishing: Wishing): Rest | null {
  if (player === wishing.wishes.length) return { discontent: 0, role: null };
  const key = `${player}:${left}`;
  const known = wishing.known.get(key);
  if (known !== undefined) return known;
  const wish = wishing.wishes[player];
  let best: Rest | null = null;
  for (const [index, role] of wishing.names.entries()) {
    const rank = wish === undefined ? 0 : wish.indexOf(role);
    if (left[index] === 0 || rank < 0) continue;
    const next = bestRest(player + 1, left.with(index, (left[index] ?? 0) - 1), wishing);
    if (next === null) continue;
    const discontent = rank ** 2 + next.discontent;
    if (best === null || discontent < best.discontent) best = { discontent, role, next };
  }
  wishing.known.set(key, best);
  return best;
}
