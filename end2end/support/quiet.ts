import type { BrowserContext } from '@playwright/test';

/** A test types into a page before the browser has come to its `autofocus`. */
const fasterThanTheBrowser = /^Autofocus processing was blocked because a document already has a focused element/;

/**
 * What nobody should have to see: anything on the console, errors of scripts, requests to elsewhere.
 *
 * A browser itself notes each refusal (4xx) of a page or form as "Failed to load resource". Those are expected, except
 * for static files.
 */
export function listen(context: BrowserContext, origin: string, allowed?: RegExp): string[] {
  const heard: string[] = [];
  context.on('console', (message) => {
    const { url } = message.location();
    const refusal = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (refusal && !new URL(url).pathname.startsWith('/pkg/')) return;
    if (fasterThanTheBrowser.test(message.text()) || allowed?.test(message.text())) return;
    heard.push(`console ${message.type()}: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => heard.push(`error in a script: ${error.error()}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) heard.push(`request to elsewhere: ${request.url()}`);
  });
  return heard;
}
