import { readFileSync } from 'node:fs';

/** What the kernel holds of one connection on this machine, on its way from one of its ports to the other, bytes. */
export interface KernelQueue {
  /** Handed to the kernel by the sender, and not acknowledged. */
  readonly sendBytes: number;
  /** Acknowledged, and not read. */
  readonly receiveBytes: number;
}

const TABLE = '/proc/net/tcp';
const NOTHING: KernelQueue = { sendBytes: 0, receiveBytes: 0 };

/** @returns null where there is no such table (proc_net_tcp.txt of Linux) */
export function readTcpTable(): string | null {
  try {
    return readFileSync(TABLE, 'utf8');
  } catch {
    // Another system.
    return null;
  }
}

/** The queues from `fromPort` to `toPort`, both of this machine. Each end has its own line: the receiver's tells what waits there. */
export function kernelQueue(table: string, fromPort: number, toPort: number): KernelQueue {
  let queue = NOTHING;
  for (const line of table.split('\n').slice(1)) {
    const [, local, remote, , queues] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || queues === undefined) continue;
    const [here, there] = [portOf(local), portOf(remote)];
    const [sendBytes, receiveBytes] = queues.split(':').map((hex) => Number.parseInt(hex, 16));
    if (here === fromPort && there === toPort) queue = { ...queue, sendBytes: sendBytes ?? 0 };
    if (here === toPort && there === fromPort)
      queue = { ...queue, receiveBytes: receiveBytes ?? 0 };
  }
  return queue;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}
