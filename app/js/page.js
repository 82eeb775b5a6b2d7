// What every page runs: it is asked for again when it comes back from the page cache, and its islands wake up.

const page = document.documentElement;

/** Whether the address of this page leads elsewhere by now. */
const leadsElsewhere = async () => {
  const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" });
  return answer.type === "opaqueredirect";
};

addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  if ("account" in page.dataset) {
    // `no-store` does not keep the pages of a signed-in person out of the page cache: one that comes back from there
    // shows nothing until it was asked for again.
    page.hidden = true;
    location.reload();
    return;
  }
  // A page before sign-in may show a step that is done by now. One that leads nowhere else stays, with what was typed.
  leadsElsewhere().then((yes) => yes && location.reload(), () => {});
});

/**
 * Wakes the islands, outer ones first, so that inner ones find what outer ones provide. This is what Leptos does itself
 * (`island_script.js`, which a test compares with what this was written after), without waiting for the browser to be
 * idle, and with the WASM fetched beside the script that runs it: a preload would fetch it for browsers without scripts,
 * too.
 *
 * @param {string} script
 * @param {string} wasm
 */
const wake = async (script, wasm) => {
  const program = fetch(wasm);
  const islands = await import(script);
  await islands.default({ module_or_path: program });
  islands.hydrate();
  for (const island of document.querySelectorAll("leptos-island")) {
    const name = island instanceof HTMLElement && island.dataset.component;
    const start = name && islands[name];
    if (!start) {
      // A stale server beside fresh files: unsaid, the page looks fine and is dead.
      console.warn(`No function for the island ${name}`);
      continue;
    }
    /** @type {(Element & { $$on_hydrate?: () => void }) | null} */
    const children = island.closest("leptos-children");
    children?.$$on_hydrate?.();
    await start(island);
  }
  page.dataset.awake = "";
};

/** @type {HTMLLinkElement | null} */
const script = document.querySelector("link[data-wasm]");
if (script?.dataset.wasm) wake(script.href, script.dataset.wasm);
