// The game of the interest tests: people on a plain, who see as far as 100 m, and jump where their clients say.

import { type Client, defineGame, defineInterest, Room } from 'meridian';
import type { Durability } from '../../src/rooms/durability.ts';
import { Flag, Person, PlainState } from './interest-state.ts';

interface Place {
  readonly x: number;
  readonly y: number;
}

class PlainRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability: Durability = 'none';
  override state = new PlainState();
  override readonly interest = defineInterest({
    people: { radius: 100, team: (person: InstanceType<typeof Person>) => person.team },
    flags: { radius: Number.POSITIVE_INFINITY },
  });

  override messages = {
    go: (client: Client, { x, y }: Place) => {
      Object.assign(this.state.people.get(client.sessionId) ?? {}, { x, y });
    },
    carry: (client: Client, thing: string) => {
      this.state.people.get(client.sessionId)?.things.push(thing);
    },
    // What a game shows by hand: somebody's secret to a friend, wherever he is.
    tell: (client: Client, to: string) => {
      const person = this.state.people.get(client.sessionId);
      const friend = this.clients.getById(to);
      if (person && friend?.view) friend.view.add(person, 2);
    },
  };

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), 20);
    const flag = new Flag();
    flag.owner = 'nobody';
    this.state.flags.set('north', flag);
  }

  override onJoin(client: Client, options: Partial<Place> & { readonly team?: string }): void {
    const person = new Person().assign({ x: options.x ?? 0, y: options.y ?? 0 });
    if (options.team !== undefined) person.team = options.team;
    person.secret = `secret of ${client.sessionId}`;
    this.state.people.set(client.sessionId, person);
  }

  override onDrop(client: Client): void {
    void this.allowReconnection(client, 30);
  }

  override onLeave(client: Client): void {
    this.state.people.delete(client.sessionId);
  }

  #step(): void {
    this.state.ticks++;
    for (const person of this.state.people.values()) person.steps++;
  }
}

/** The same, and it outlives its node. */
class LastingPlainRoom extends PlainRoom {
  override readonly durability: Durability = 'journal';
}

export const game = defineGame({
  rooms: { plain: { room: PlainRoom }, lasting: { room: LastingPlainRoom } },
});
