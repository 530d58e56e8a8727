import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface LineProcessOptions {
  /** Name for messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const STDERR_KEPT = 2_000;
const QUIT_GRACE_MS = 2_000;

/** A process that obeys lines on stdin and answers with JSON lines on stdout, each marked with `@`. */
export class LineProcess<Report> {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #reports: Report[] = [];
  #waiting: { resolve(report: Report): void; reject(error: Error): void } | null = null;
  readonly #exited: Promise<void>;
  #exit: string | null = null;
  #stderr = '';

  constructor(options: LineProcessOptions) {
    this.name = options.name;
    this.#child = spawn(options.command, options.args, {
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
    });
    this.#readLines();
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString('utf8')).slice(-STDERR_KEPT);
    });
    // A process that dies with a command in the pipe is reported by its exit.
    this.#child.stdin.on('error', () => undefined);
    this.#exited = new Promise((resolve) => {
      const onEnd = (how: string) => {
        this.#exit = how;
        this.#waiting?.reject(this.#deathError());
        this.#waiting = null;
        resolve();
      };
      this.#child.once('error', (error) => onEnd(error.message));
      this.#child.once('close', (code, signal) => onEnd(`exit ${code ?? signal}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async ask(line: string, timeoutMs?: number): Promise<Report> {
    this.tell(line);
    return this.next(timeoutMs);
  }

  /** @throws {Error} when the process ends or stays silent; the message carries the end of its stderr */
  next(timeoutMs = 120_000): Promise<Report> {
    const ready = this.#reports.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#exit !== null) return Promise.reject(this.#deathError());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        reject(new Error(`${this.name} said nothing for ${timeoutMs} ms. ${this.#stderr}`));
      }, timeoutMs);
      this.#waiting = {
        resolve: (report) => {
          clearTimeout(timer);
          resolve(report);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  /** Asks it to quit, and ends it when it does not. */
  async quit(): Promise<void> {
    if (this.#exit !== null) return;
    this.tell('quit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), QUIT_GRACE_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #readLines(): void {
    let rest = '';
    this.#child.stdout.setEncoding('utf8');
    this.#child.stdout.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('@')) this.#deliver(JSON.parse(line.slice(1)));
    });
  }

  #deliver(report: Report): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#reports.push(report);
    else waiting.resolve(report);
  }

  #deathError(): Error {
    return new Error(`${this.name} ended (${this.#exit}). ${this.#stderr}`.trim());
  }
}
