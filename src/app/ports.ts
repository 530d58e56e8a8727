import type { Server } from 'node:http';
import type { MeridianConfig } from '../config/config.ts';
import type { Closers } from '../shared/closers.ts';
import { listen } from './listen.ts';

/** Ports a node listens on. */
export interface ListeningPorts {
  readonly port: number;
  readonly metricsPort: number;
  /** Where operators come; a service that runs alone has none. */
  readonly adminPort?: number;
  /** Where other services call. */
  readonly rpcPort?: number;
  /** Where Alertmanager posts. */
  readonly alertPort?: number;
}

/** Opens all ports, the players' last: who comes finds everything else. @throws {ListenError} when one is taken */
export async function openPorts(
  { http, admin }: Pick<MeridianConfig, 'http' | 'admin'>,
  servers: { readonly players: Server; readonly metrics: Server; readonly admin?: Server },
  closers: Closers,
): Promise<ListeningPorts> {
  const metricsPort = await listen(
    servers.metrics,
    { port: admin.metricsPort, address: admin.bindAddress, setting: 'MERIDIAN_ADMIN_METRICS_PORT' },
    closers,
  );
  const adminPort =
    servers.admin === undefined
      ? undefined
      : await listen(
          servers.admin,
          {
            port: admin.adminPort,
            address: admin.bindAddress,
            setting: 'MERIDIAN_ADMIN_ADMIN_PORT',
          },
          closers,
        );
  const port = await listen(
    servers.players,
    {
      port: http.port,
      address: http.bindAddress,
      setting: 'MERIDIAN_HTTP_PORT or PORT',
      takesCrowds: true,
    },
    closers,
  );
  return { port, metricsPort, ...(adminPort === undefined ? {} : { adminPort }) };
}
