import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mailboxToken } from './mailbox';
import { type Database, newDatabase } from './store';

/** The program under test: what `make build` leaves, or what NAMEPLATE_BIN names. */
export const binary = resolve(process.env.NAMEPLATE_BIN ?? '../target/release/nameplate');

export interface How {
  /** Text of a configuration file. */
  config?: string;
  /** What people call this machine, if not 127.0.0.1: passkeys need a name. */
  host?: string;
  /** Which program, if not the one under test. */
  binary?: string;
  /** Where it runs. */
  folder?: string;
}

/** One running Nameplate with a store of its own on a port of its own. */
export class Server {
  readonly url: string;
  readonly folder: string;
  log = '';
  #child: ChildProcess | undefined;
  #database: Database | undefined;

  private constructor(
    readonly port: number,
    private readonly how: How,
  ) {
    this.url = `http://${how.host ?? '127.0.0.1'}:${port}`;
    this.folder = how.folder ?? mkdtempSync(join(tmpdir(), 'nameplate-'));
    if (how.config) writeFileSync(join(this.folder, 'nameplate.toml'), how.config);
    this.#database = newDatabase();
  }

  static async start(how: How = {}): Promise<Server> {
    const server = new Server(await freePort(), how);
    try {
      await server.start();
    } catch (fault) {
      await server.end(); // nobody else knows of it
      throw fault;
    }
    return server;
  }

  async start(): Promise<void> {
    const program = this.how.binary ?? binary;
    if (!existsSync(program)) throw new Error(`There is no ${program}: run make build first`);
    const child = spawn(program, [], { cwd: this.folder, env: this.#env(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (this.log += text));
    await this.#answering(child);
  }

  #env(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return {
      PATH,
      HOME,
      NAMEPLATE_LISTEN: `127.0.0.1:${this.port}`,
      NAMEPLATE_DATA: join(this.folder, 'data'),
      NAMEPLATE_MAILBOX_TOKEN: mailboxToken,
      ...(this.#database ? { NAMEPLATE_STORE_URL: this.#database.url } : {}),
      ...(this.how.host ? { NAMEPLATE_PUBLIC_URL: this.url } : {}),
      ...(this.how.config ? { NAMEPLATE_CONFIG: join(this.folder, 'nameplate.toml') } : {}),
    };
  }

  /** What an operator does beside it, with this on standard input. */
  command(words: string[], input = ''): string {
    const done = spawnSync(this.how.binary ?? binary, words, { cwd: this.folder, env: this.#env(), input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`nameplate ${words.join(' ')}: ${done.stderr}`);
    return done.stdout;
  }

  /** Another configuration, from the next start on. */
  configure(text: string): void {
    if (!this.how.config) throw new Error('It was started without a configuration file');
    writeFileSync(join(this.folder, 'nameplate.toml'), text);
  }

  /** Politely, as an operator would; what it said stays in `log`. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(impatience);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Stops it and forgets its store. */
  async end(): Promise<void> {
    await this.stop();
    this.#database?.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The user pool's id, from the last line of those that it says at its start. */
  get pool(): string {
    const [, id] = this.log.match(/user pool (\w+), app client/) ?? [];
    if (!id) throw new Error(`It did not say which user pool it is:\n${this.log}`);
    return id;
  }

  async #answering(child: ChildProcess): Promise<void> {
    const until = Date.now() + 15_000;
    while (Date.now() < until) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (answer?.ok && /user pool /.test(this.log)) return;
      await new Promise((go) => setTimeout(go, 20));
    }
    child.kill('SIGKILL');
    throw new Error(`The server did not start:\n${this.log}`);
  }
}

export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? found(address.port) : failed(new Error('no port'))));
    });
  });
}
