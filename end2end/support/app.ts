import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const KINDS: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** Serves the example app as it was built, with a configuration of its own, on an origin of its own. */
export async function serveApp(folder: string, configuration: (usual: any) => object) {
  const read = (name: string) => readFileSync(join(folder, name));
  const server = createServer((request, answer) => {
    const asked = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const name = asked === '/' ? '/index.html' : asked;
    try {
      const body = name === '/config.json' ? JSON.stringify(configuration(JSON.parse(read(name).toString()))) : read(name);
      answer.setHeader('content-type', KINDS[extname(name)] ?? 'application/octet-stream').end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    end: () => new Promise<void>((ended) => {
      server.close(() => ended());
      server.closeAllConnections();
    }),
  };
}
