import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { listen } from '../../support/quiet';
import { freePort } from '../../support/server';

const root = resolve('..');
const before = 'Sign in to your account';
const after = 'Sign in to your beloved account';

/**
 * A copy of the tree, so that the real one is left alone. What was built of other people's crates is shared; ours carry
 * another version, so that Cargo never takes what is built of the copy for what is built of the tree.
 */
function copyOfTheTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'nameplate-watch-'));
  const files = execFileSync('git', ['ls-files', '-coz', '--exclude-standard', '--', '.', ':!end2end', ':!docs'], { cwd: root });
  execFileSync('tar', ['--create', '--file=tree.tar', '--directory', root, '--ignore-failed-read', '--null', '--files-from=-'], { cwd: copy, input: files });
  execFileSync('tar', ['--extract', '--touch', '--file=tree.tar'], { cwd: copy });
  rmSync(join(copy, 'tree.tar'));
  const manifest = join(copy, 'Cargo.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^version = ".*"$/m, 'version = "0.0.0"'));
  return copy;
}

interface Watched {
  copy: string;
  url: string;
  log: () => string;
}

const test = base.extend<{ watched: Watched }>({
  watched: async ({}, use, info) => {
    const copy = copyOfTheTree();
    const [port, reloadPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
    let log = '';
    const child: ChildProcess = spawn('cargo', ['leptos', 'watch'], {
      cwd: copy,
      detached: true, // a group of its own: cargo-leptos and the server that it starts end together
      env: { ...process.env, CARGO_TARGET_DIR: target, NAMEPLATE_LISTEN: `127.0.0.1:${port}`, LEPTOS_SITE_ADDR: `127.0.0.1:${port}`, LEPTOS_RELOAD_PORT: `${reloadPort}` },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (log += text));
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    await use({ copy, url, log: () => log });
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGINT');
    const impatience = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), 10_000);
    await gone;
    clearTimeout(impatience);
    if (info.status !== info.expectedStatus) await info.attach('watch.log', { body: log, contentType: 'text/plain' });
    rmSync(copy, { recursive: true, force: true });
  },
});

test('cargo leptos watch serves the new text of a page soon after it was saved', async ({ watched, context, page }) => {
  const { copy, url } = watched;
  await expect
    .poll(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok ?? false, { timeout: 15 * 60_000, intervals: [500] })
    .toBe(true);

  // What the reloading script says while the server is exchanged is its business.
  const heard = listen(context, url, /^\[HOT RELOADING\]|^Live-reload |net::ERR_CONNECTION_REFUSED/);
  await page.goto(`${url}/sign-in`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(before);

  const files = execFileSync('grep', ['-rlF', `= ${before}`, join(copy, 'crates/words/messages')], { encoding: 'utf8' }).trim().split('\n');
  expect(files).toHaveLength(1);
  writeFileSync(files[0]!, readFileSync(files[0]!, 'utf8').replace(before, after));

  // The page reloads by itself.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(after, { timeout: 4 * 60_000 });
  expect(heard).toEqual([]);
});
