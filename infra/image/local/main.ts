// Builds the image here, where there is no registry of images:
//
//   node --conditions=meridian-source infra/image/local/main.ts           as root; with podman, buildah and runc
//   node --conditions=meridian-source infra/image/local/main.ts remove    all that it has made
//
// For a look and for tests (test/infra/image.test.ts). Its bases are this machine's own Node and libraries, tagged as the Dockerfile names them.
// What goes out is built by CI, of the bases themselves.

import { rm } from 'node:fs/promises';
import { buildImage, IMAGE_FOLDER } from './build-image.ts';
import { ContainerEngine } from './container-engine.ts';

const missing = ContainerEngine.missing();
if (missing !== null) throw new Error(`Building the image here takes ${missing}.`);
const engine = new ContainerEngine({ folder: IMAGE_FOLDER });

if (process.argv[2] === 'remove') {
  await engine.podman('rm', '--all', '--force');
  await engine.podman('rmi', '--all', '--force');
  await rm(IMAGE_FOLDER, { recursive: true, force: true });
} else {
  process.stdout.write('of this machine’s own Node, for tests: not what goes out\n');
  const name = await buildImage(engine);
  process.stdout.write(`${name} in ${IMAGE_FOLDER}\n`);
}
