import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../eventually.ts';

const END_OF_COMMAND = '__end_of_command';

/** A shell that somebody types into, one line after the other. What still runs in it ends with its scope. */
export class Terminal implements AsyncDisposable {
  readonly #shell: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** All that was printed, both streams. */
  output = '';

  constructor(options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    // A group of its own, so that all that was started in it can be ended.
    const shell = spawn('bash', ['--noprofile', '--norc'], {
      ...options,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#shell = shell;
    this.#ended = once(shell, 'close');
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Types a line and waits for nothing: for what runs until somebody ends it. */
  begin(line: string): void {
    this.#shell.stdin?.write(`${line}\n`);
  }

  /**
   * Types a line and waits until it is done.
   *
   * @throws when it ends with anything but 0, with what it printed
   */
  async type(line: string, withinMs: number): Promise<string> {
    const from = this.output.length;
    // What runs must not read the lines that are typed after it.
    this.begin(`${line} </dev/null; echo "${END_OF_COMMAND} $?"`);
    const printed = () => this.output.slice(from);
    const end = new RegExp(`${END_OF_COMMAND} (\\d+)`);
    await eventually(() => end.test(printed()), { withinMs, everyMs: 50 }).catch((error) => {
      throw new Error(`'${line}' did not end. It printed:\n${printed()}`, { cause: error });
    });
    if (end.exec(printed())?.[1] !== '0') throw new Error(`'${line}' failed:\n${printed()}`);
    return printed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shell.pid !== undefined) process.kill(-this.#shell.pid, 'SIGKILL');
    await this.#ended;
  }
}
