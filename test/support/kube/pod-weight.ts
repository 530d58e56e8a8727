import { readFile, writeFile } from 'node:fs/promises';

/** What a process weighs when processors are short: cgroup v1, cpu.shares. */
const PROCESS_SHARES = 1_024;

/**
 * Lets all containers together weigh as much as that many processes of this machine. podman puts them in one control group, which weighs as one: besides a
 * busy test run they would get next to nothing, where a kubelet gives its pods the weight of the machine. Control groups of version 2 are left as they are.
 *
 * @param pid - of a container
 */
export async function weighAsProcesses(pid: number, processes: number): Promise<void> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8');
  const parent = /^\d+:(?:cpu|cpu,cpuacct):\/([^/\n]+)\//m.exec(groups)?.[1];
  if (parent === undefined) return;
  await writeFile(`/sys/fs/cgroup/cpu/${parent}/cpu.shares`, String(processes * PROCESS_SHARES));
}
