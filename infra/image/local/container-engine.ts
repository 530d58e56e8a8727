import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../../bin/setup/find-program.ts';

const run = promisify(execFile);

/** What it takes, besides being root: containers are made without the help of a daemon. */
const PROGRAMS = ['podman', 'buildah', 'runc', 'nsenter'];

/**
 * runc, since crun wants one of two kinds of control groups, and few open files, since more than one has oneself cannot be given to others.
 * Without an init system, control groups are files.
 */
const CONFIGURATION = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

export interface ContainerEngineOptions {
  /** Images and containers are in here, apart from others of this machine. */
  readonly folder: string;
  /** Where it runs, e.g. `/var/run/netns/test`; else in the network of this process. */
  readonly networkNamespace?: string;
}

/** podman and buildah with images and containers of their own. */
export class ContainerEngine {
  readonly #options: ContainerEngineOptions;
  readonly #env: NodeJS.ProcessEnv;

  /** @returns what is missing here to have one, or null */
  static missing(): string | null {
    if (process.platform !== 'linux') return 'Linux';
    if (process.getuid?.() !== 0) return 'being root';
    return PROGRAMS.find((name) => findProgram([name, `/usr/sbin/${name}`]) === null) ?? null;
  }

  constructor(options: ContainerEngineOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
    const configuration = join(options.folder, 'containers.conf');
    writeFileSync(configuration, CONFIGURATION);
    this.#env = { ...process.env, CONTAINERS_CONF: configuration };
  }

  /** The same images and containers, seen from another network. */
  within(networkNamespace: string): ContainerEngine {
    return new ContainerEngine({ ...this.#options, networkNamespace });
  }

  /** @returns what it wrote to its output. @throws {Error} with all that it said, when it fails */
  async podman(...args: string[]): Promise<string> {
    return await this.#run('podman', [...this.#storage(), ...args]);
  }

  async buildah(...args: string[]): Promise<string> {
    return await this.#run('buildah', [...this.#storage(), ...args]);
  }

  async hasImage(name: string): Promise<boolean> {
    return await this.buildah('inspect', '--type', 'image', name).then(
      () => true,
      () => false,
    );
  }

  #storage(): string[] {
    const { folder } = this.#options;
    return [
      ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run')],
      ...['--storage-driver', 'overlay'],
    ];
  }

  #words(program: string, args: readonly string[]): readonly string[] {
    const { networkNamespace } = this.#options;
    return networkNamespace === undefined
      ? [program, ...args]
      : ['nsenter', `--net=${networkNamespace}`, program, ...args];
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const [first = '', ...rest] = this.#words(program, args);
    try {
      const { stdout } = await run(first, rest, { env: this.#env, maxBuffer: 2 ** 26 });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const said = `${stdout}${stderr}`.split('\n').slice(-40).join('\n');
      throw new Error(`${program} ${args.slice(6).join(' ')}:\n${said}`, { cause: error });
    }
  }
}
