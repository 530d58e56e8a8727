import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pause between two looks at a lock that another process holds, in ms. */
const LOOK_EVERY_MS = 200;

/**
 * Runs `work` while no other process of this repository does its own: two `npm start` in a fresh clone must not install into
 * the same folder. A lock whose holder is gone (killed, machine restarted) is taken over.
 *
 * @template T
 * @param {string} folder - holds the lock file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(folder, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'setup.lock');
  while (!take(lock)) {
    if (isAlive(holderOf(lock))) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    else rmSync(lock, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * Links a written file into place, so that nobody ever reads a lock without its holder.
 *
 * @param {string} lock
 */
function take(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @param {string} lock */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    // Released between our two looks.
    return 0;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
