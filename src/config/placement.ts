import {
  type CalledService,
  runningServices,
  type ServiceName,
  type ServicePlacement,
  unplacedServices,
} from './services.ts';

/** What of the configuration says which services run here, and where the others are. */
export interface PlacedConfig {
  readonly process: { readonly services: readonly (ServiceName | 'all')[] };
  readonly rpc: Readonly<Record<`${CalledService}Target`, string>>;
}

/** What runs where, as far as this process is told. */
export function placementOf({ process, rpc }: PlacedConfig): ServicePlacement {
  return {
    services: process.services,
    targets: {
      auth: rpc.authTarget,
      profile: rpc.profileTarget,
      matchmaking: rpc.matchmakingTarget,
      analytics: rpc.analyticsTarget,
    },
  };
}

/** What this process runs. */
export function runningIn(config: PlacedConfig): ReadonlySet<ServiceName> {
  return runningServices(placementOf(config));
}

/** By which host other services reach the port of gRPC: where it is bound, or as other nodes do. */
export function rpcHost({
  rpc,
  cluster,
}: {
  readonly rpc: { readonly bindAddress: string };
  readonly cluster: Parameters<typeof advertisedHost>[0];
}): string {
  const { bindAddress } = rpc;
  return isEvery(bindAddress) ? (advertisedHost(cluster) ?? '') : bindAddress;
}

/** By which host other nodes reach this one; null when the configuration does not tell. */
export function advertisedHost({
  peerAdvertiseHost,
  peerBindAddress,
}: {
  readonly peerAdvertiseHost: string;
  readonly peerBindAddress: string;
}): string | null {
  if (peerAdvertiseHost !== '') return peerAdvertiseHost;
  return isEvery(peerBindAddress) ? null : peerBindAddress;
}

/** Whether an address to listen on is every interface: it says nothing of where a process is found. */
export function isEvery(bindAddress: string): boolean {
  return ['0.0.0.0', '::'].includes(bindAddress);
}

/** Whether this process is all there is: it calls no service, and serves none. */
export function isWhole(config: PlacedConfig): boolean {
  const { services, targets } = placementOf(config);
  return services.includes('all') && Object.values(targets).every((target) => target === '');
}

/** Whether it is known where a service is, if what runs here asks it. */
export function isPlaced(config: PlacedConfig, service: CalledService): boolean {
  return !unplacedServices(placementOf(config)).includes(service);
}

/** Whether a service and the nodes it is for are different processes. */
export function isApart(config: PlacedConfig, service: CalledService): boolean {
  const running = runningIn(config);
  return running.has(service) !== running.has('game');
}
