import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineLinkKind } from '../../src/regions/link/link-message.ts';
import type { LinkOptions } from '../../src/regions/link/link-options.ts';
import type { LinkPeer } from '../../src/regions/link/redis-region-link.ts';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import { nodeBinary } from './node-binary.ts';

const SCRIPT = fileURLToPath(new URL('./link-node.ts', import.meta.url));

/** Work that says where in the row it is. */
export const NUMBERED = defineLinkKind({
  name: 'numbered',
  delivery: 'work',
  body: z.object({ n: z.number() }),
});

/** Key in a region's Redis where its link nodes put what they handled: `<node> <n> <mayBeRepeated>`. */
export const HANDLED_LIST = 'handled';

export interface LinkNodeSettings {
  readonly regionId: string;
  readonly nodeId: string;
  readonly redisUri: string;
  readonly peers: readonly LinkPeer[];
  readonly options: Partial<LinkOptions>;
}

/** A node that does nothing but hold the links of its region (link-node.ts), in a process of its own. */
export class LinkNodeProcess extends ForkedProcess {
  readonly nodeId: string;

  private constructor(nodeId: string, child: ChildProcess) {
    super(child);
    this.nodeId = nodeId;
  }

  static async start(settings: LinkNodeSettings): Promise<LinkNodeProcess> {
    const child = fork(SCRIPT, [JSON.stringify(settings)], {
      execPath: nodeBinary,
      execArgv: ['--conditions=meridian-source'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await firstMessage(
      child,
      () => `Node ${settings.nodeId} ended before it was ready:\n${stderr}`,
    );
    return new LinkNodeProcess(settings.nodeId, child);
  }
}
