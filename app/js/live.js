// The account's events, over one stream for all windows of this browser: over HTTP/1.1 it has six connections to a host,
// and a stream for each window would leave none for pages. Among the windows that can be seen one holds a lock and the
// stream, and passes on what it hears; when it goes, or is hidden, the next one has the lock. Where a browser has no locks
// or no channel between windows, each window has its own stream.
//
// The island (`islands/browser/live.rs`) says "live-start" once it is awake, and is told by "live" of every event, and of
// every end of the stream, upon which it looks whether somebody is still signed in. It answers by calling `done`.

/** Whose page this is, as its forms say it. */
const ACCOUNT = document.documentElement.dataset.account ?? "";
/** What the windows of an account call their lock and their channel. */
const NAME = `nameplate-events-${ACCOUNT}`;
/** How long to wait before a stream that was refused is asked for again. */
const RETRY = 5_000;
/** So that windows that wake up together ask for one stream. */
const TOGETHER = 50;

/**
 * An event as the stream has it, and the one that came before it there: a window that hasn't heard that one misses
 * something.
 *
 * @typedef {{ id: number, after: number, data: string }} Heard
 */

/**
 * What a window says to the others: an event that it heard, that it has heard everything up to an event, that the stream
 * goes on after an event, or that the stream has ended with its session.
 *
 * @typedef {Heard | { upTo: number } | { from: number } | { ended: true }} Said
 */

/** The last event that this window was told of. */
let newest = 0;
/** What the stream of this window has told. */
let position = 0;
/** @type {EventSource | undefined} */
let source;
/** @type {BroadcastChannel | undefined} */
let channel;
/**
 * While this window follows; aborted, it doesn't any more, whether it has the lock or waits for it.
 *
 * @type {AbortController | undefined}
 */
let turn;
/** One after the other. */
let told = Promise.resolve(true);

/**
 * Tells the island, after everything that it was told before. Without an event: the stream has ended.
 *
 * @param {string} [data]
 * @returns {Promise<boolean>} whether somebody is still signed in, as far as the island had to look
 */
const tell = (data) => {
  told = told.then(
    () => new Promise((done) => void dispatchEvent(new CustomEvent("live", { detail: { data, done } }))),
  );
  return told;
};

/** @param {Said} words */
const say = (words) => channel?.postMessage(words);

/** @param {Heard} heard */
const take = ({ id, after, data }) => {
  if (id <= newest) return;
  if (after > newest) {
    say({ upTo: newest });
    return;
  }
  newest = id;
  void tell(data);
};

const stop = () => {
  turn?.abort();
  turn = undefined;
  source?.close();
  source = undefined;
  channel?.close();
  channel = undefined;
};

/**
 * The stream has ended. Once somebody is known to be signed in, it is asked for again.
 *
 * @param {number} wait
 */
const recover = (wait) => {
  stop();
  const lost = (turn = new AbortController());
  const look = async () => {
    if (turn !== lost) return;
    const signedIn = await tell();
    if (turn !== lost) return;
    if (signedIn) start();
    else setTimeout(look, RETRY);
  };
  setTimeout(look, wait);
};

/** @param {number} after */
const stream = (after) => {
  source?.close();
  position = after;
  const mine = (source = new EventSource(`/events?after=${after}&account=${ACCOUNT}`));
  mine.addEventListener("message", ({ data, lastEventId }) => {
    const heard = { id: Number(lastEventId), after: position, data };
    position = heard.id;
    say(heard);
    take(heard);
  });
  mine.addEventListener("signed-out", () => {
    say({ ended: true });
    recover(0);
  });
  // A connection that merely broke the browser takes up again by itself. What is closed was refused: by a proxy whose
  // server is away, or because nobody is signed in any more.
  mine.addEventListener("error", () => {
    if (mine === source && mine.readyState === EventSource.CLOSED) recover(RETRY);
  });
  say({ from: after });
};

/** @param {Said} said */
const hear = (said) => {
  if ("id" in said) take(said);
  else if ("ended" in said) recover(0);
  else if ("from" in said) {
    if (said.from > newest) say({ upTo: newest });
  } else if (source && said.upTo < position) {
    const behind = said.upTo;
    position = behind;
    source.close();
    const mine = turn;
    setTimeout(() => mine === turn && position === behind && stream(behind), TOGETHER);
  }
};

/**
 * Has the stream until this window follows no more.
 *
 * @param {AbortController} mine
 */
const lead = (mine) =>
  new Promise((/** @type {(value?: unknown) => void} */ done) => {
    mine.signal.addEventListener("abort", done);
    if (mine.signal.aborted) done();
    else stream(newest);
  });

/** Follows the account's events while the window can be seen. Hidden ones let go, and catch up by the last event. */
const start = () => {
  stop();
  if (document.hidden) return;
  const mine = (turn = new AbortController());
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
    void lead(mine);
    return;
  }
  channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }) => turn === mine && hear(data));
  say({ upTo: newest });
  navigator.locks
    .request(NAME, { signal: mine.signal }, () => lead(mine))
    // No longer wanted, or not allowed here.
    .catch(() => void (mine.signal.aborted || lead(mine)));
};

addEventListener("live-start", () => {
  /** @type {HTMLElement | null} */
  const latest = document.querySelector("[data-after]");
  newest = Number(latest?.dataset.after);
  start();
  document.addEventListener("visibilitychange", start);
  // A page that comes back from the page cache is asked for again: the shell's script sees to it.
  addEventListener("pagehide", stop);
});
