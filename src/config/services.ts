// What Meridian is made of. One process runs all services, or each has processes of its own:
//
//   clients ──REST, WebSocket──▶ game ──gRPC──▶ auth ──gRPC──▶ profile
//                                 ├──────────────────────────────▲
//                                 ├──gRPC──▶ matchmaking ─────────┘
//                                 ├──Redis──▶ analytics
//                  Alertmanager ──┴──Redis──▶ incidents

export const SERVICES = [
  'auth',
  'profile',
  'matchmaking',
  'game',
  'analytics',
  'incidents',
] as const;

export type ServiceName = (typeof SERVICES)[number];

/** Services that others call at an address; players come to `game` themselves, and alerts to `incidents`. */
export type CalledService = Exclude<ServiceName, 'game' | 'incidents'>;

/** Whom each service asks. */
const ASKED_BY: Readonly<Record<ServiceName, readonly CalledService[]>> = {
  auth: ['profile'],
  profile: [],
  matchmaking: ['profile'],
  game: ['auth', 'profile', 'matchmaking', 'analytics'],
  analytics: [],
  incidents: [],
};

/** The part of the configuration that says what runs where. */
export interface ServicePlacement {
  /** As it is set: `all`, or names of services. */
  readonly services: readonly (ServiceName | 'all')[];
  /** Where each service is that does not run here, as gRPC names it; empty: not told. */
  readonly targets: Readonly<Record<CalledService, string>>;
}

/** What a process runs: what it names, also when a target is set for it; `all`: everything that has no target, but for `incidents`. */
export function runningServices(placement: ServicePlacement): ReadonlySet<ServiceName> {
  const { services, targets } = placement;
  const named = SERVICES.filter((service) => services.includes(service));
  if (!services.includes('all')) return new Set(named);
  const here = SERVICES.filter(
    // Who acts on others is named.
    (service) => service === 'game' || (service !== 'incidents' && targets[service] === ''),
  );
  return new Set([...here, ...named]);
}

/**
 * Whether this process opens the store of profiles itself: it is their service, or what it runs asks for profiles and no target says where
 * they are. Then they are in a database that is everybody's.
 */
export function keepsProfiles(placement: ServicePlacement): boolean {
  const running = [...runningServices(placement)];
  if (running.includes('profile')) return true;
  const asks = running.some((service) => ASKED_BY[service].includes('profile'));
  return asks && placement.targets.profile === '';
}

/** Services that this process would ask, and neither runs nor has a target of. */
export function unplacedServices(placement: ServicePlacement): readonly CalledService[] {
  const running = runningServices(placement);
  const asked = new Set([...running].flatMap((service) => ASKED_BY[service]));
  return [...asked].filter((service) => !running.has(service) && placement.targets[service] === '');
}
