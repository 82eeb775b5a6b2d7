import type { Page } from '@playwright/test';
import { expect, test } from '../../support/test';

// What a phone pays for: everything that is sent for a page, headers included, with nothing in the cache.
const SIGNED_OUT = 130_000;
const PROFILE = 180_000;

interface Sent {
  url: string;
  type: string;
  bytes: number;
}

async function meter(page: Page): Promise<Sent[]> {
  const sent: Sent[] = [];
  const started = new Map<string, { url: string; type: string }>();
  const wire = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  await wire.send('Network.setCacheDisabled', { cacheDisabled: true });
  wire.on('Network.responseReceived', ({ requestId, response, type }) => started.set(requestId, { url: response.url, type }));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const { url, type } = started.get(requestId) ?? { url: '?', type: '?' };
    sent.push({ url: new URL(url).pathname, type, bytes: encodedDataLength });
  });
  return sent;
}

function total(sent: Sent[], what: string): number {
  const sum = sent.reduce((bytes, one) => bytes + one.bytes, 0);
  const table = sent.map(({ url, type, bytes }) => `  ${String(bytes).padStart(8)}  ${type.padEnd(12)} ${url}`).join('\n');
  console.log(`${what}: ${sum} bytes\n${table}`);
  return sum;
}


test('the first page of a signed-out visitor keeps within its budget', async ({ page, signIn }) => {
  const sent = await meter(page);
  await signIn.open();
  await page.waitForLoadState('networkidle');
  expect(sent.some(({ url }) => url.endsWith('.wasm'))).toBe(true);
  expect(total(sent, 'sign-in, cold')).toBeLessThanOrEqual(SIGNED_OUT);
});

test('the profile keeps within its budget, with what it loads later', async ({ page, door, profile }) => {
  await door.enter();
  const sent = await meter(page);
  await profile.open();
  await profile.json();
  await profile.refresh();
  await expect(profile.status.first()).toBeVisible();
  await expect.poll(() => sent.some(({ url }) => url === '/profile/refresh')).toBe(true);
  expect(sent.some(({ url }) => url.endsWith('.wasm'))).toBe(true);
  expect(total(sent, 'profile, cold')).toBeLessThanOrEqual(PROFILE);
});

test('static files are sent compressed, under names of their own, to be kept for ever', async ({ page, signIn }) => {
  const files: { path: string; encoding?: string; keep?: string }[] = [];
  page.on('response', (answer) => {
    const { pathname } = new URL(answer.url());
    const headers = answer.headers();
    if (/\.(css|js|wasm)$/.test(pathname)) files.push({ path: pathname, encoding: headers['content-encoding'], keep: headers['cache-control'] });
  });
  await signIn.open();
  expect(files.map(({ path }) => path.split('.').pop()).sort()).toEqual(expect.arrayContaining(['css', 'js', 'wasm']));
  for (const { path, encoding, keep } of files) {
    expect(path).toMatch(/^\/pkg\/.+\.[\w-]{16,}\.(css|js|wasm)$/);
    expect(encoding, path).toBe('br');
    expect(keep, path).toMatch(/max-age=31536000.*immutable/);
  }
});

test('a page that was visited before costs its HTML only', async ({ page, signIn, signUp }) => {
  await signUp.open();
  await signIn.open();
  const loaded: string[] = [];
  page.on('response', (answer) => void loaded.push(new URL(answer.url()).pathname));
  await signUp.open();
  const fromNetwork = await page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((one) => one.transferSize > 0).map((one) => one.name),
  );
  expect(fromNetwork.filter((name) => /\/pkg\//.test(name))).toEqual([]);
  expect(loaded).toContain('/sign-up');
});
