import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { RpcMetrics } from '../../telemetry/rpc-metrics.ts';
import type { RpcTls } from './rpc-tls.ts';

/** What both ends of a call need. */
export interface RpcEndDeps {
  readonly clock: Clock;
  readonly metrics: RpcMetrics;
  /** Key of calls between services (`callKey`). */
  readonly key: KeyObject;
  readonly tls: RpcTls | null;
  /** Folder of the `.proto` files, when they are not Meridian's own. */
  readonly protoFolder?: string;
}
