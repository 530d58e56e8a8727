import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';
import { ensureWebDemos } from '../setup/web-demos.ts';

/** Everything the other commands do before their work: for images, caches, and a laptop that will be offline. */
export async function run(): Promise<number> {
  await ensureDependencies();
  await ensureWebDemos();
  await ensureTestTools();
  console.log(`ready: Node ${process.versions.node} at ${process.execPath}`);
  return 0;
}
