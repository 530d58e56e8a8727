import type { RoomServices } from './room-services.ts';

/** Where the node leaves its services on a room class. */
const SERVICES: unique symbol = Symbol.for('meridian.room-services') as never;

/** Gives `roomClass` and its subclasses the services of this node; done once per class when the node starts. */
export function bindRoomServices(roomClass: object, services: RoomServices): void {
  Object.defineProperty(roomClass, SERVICES, { value: services, configurable: true });
}

/** @throws {TypeError} when the class was not given to Meridian */
export function roomServicesOf(roomClass: object): RoomServices {
  const services = (roomClass as Partial<Record<typeof SERVICES, RoomServices>>)[SERVICES];
  if (services === undefined) {
    const { name } = roomClass as { readonly name?: string };
    throw new TypeError(
      `${name ?? 'This room class'} is not part of a running game: list it in defineGame({ rooms }).`,
    );
  }
  return services;
}
