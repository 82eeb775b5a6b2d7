import { expect, test as base } from '@playwright/test';
import { Mailbox } from '../support/mailbox';
import { Server } from '../support/server';

export { expect };

interface Options {
  /** Text of the configuration file; none by default. */
  config: string | undefined;
}

interface Fixtures {
  server: Server;
  mailbox: Mailbox;
}

/** A running Nameplate for each test, and no browser. */
export const test = base.extend<Options & Fixtures>({
  config: [undefined, { option: true }],
  server: async ({ config }, use, info) => {
    const server = await Server.start({ config });
    await use(server);
    await server.end();
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log, contentType: 'text/plain' });
    expect(server.log, 'the log of the server').not.toContain('panicked at');
  },
  mailbox: async ({ server }, use) => use(new Mailbox(server.url)),
});
