// Asks the browser for passkeys, behind the forms inside [data-passkey]: before one is sent, its hidden fields get what
// the device has answered. [data-passkeys] is hidden until here: without scripts, without WebAuthn, or at another host
// than the passkeys' own, there are none.

/** How long a question of ours is good for, less one minute. */
const RENEW_AFTER = 9 * 60_000;

const Key = window.PublicKeyCredential;

/** Whether JSON in and out is the browser's own work (WebAuthn level 3, section 5.1). */
const isAble =
  Key !== undefined &&
  ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"].every((name) => name in Key) &&
  "toJSON" in Key.prototype;

/**
 * What the browser offers in the field of the username waits for its person until this is aborted.
 *
 * @type {AbortController | undefined}
 */
let waiting;

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const field = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/**
 * The browser's own dialog, or its offer in a field.
 *
 * @param {string | undefined} what
 * @param {string} options
 * @param {{ mediation?: CredentialMediationRequirement, signal?: AbortSignal }} more
 */
const credential = (what, options, more) => {
  const json = JSON.parse(options);
  return what === "create"
    ? navigator.credentials.create({ publicKey: Key.parseCreationOptionsFromJSON(json), signal: more.signal })
    : navigator.credentials.get({ publicKey: Key.parseRequestOptionsFromJSON(json), ...more });
};

/**
 * Asks, and puts the answer into the form.
 *
 * @param {HTMLElement} box
 * @param {HTMLFormElement} form
 * @param {{ mediation?: CredentialMediationRequirement, signal?: AbortSignal }} [more]
 */
const ask = async (box, form, more = {}) => {
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
  const account = new FormData(form).get("account");
  const body = new URLSearchParams(typeof account === "string" ? { account } : {});
  const answer = await fetch(box.dataset.options ?? "", { method: "POST", headers, body });
  // The form is sent without: its refusal says why.
  if (!answer.ok) return;
  const { options, state } = await answer.json();
  const made = await credential(box.dataset.passkey, options, more);
  field(form, "state").value = state;
  field(form, "credential").value = JSON.stringify(made);
};

/**
 * Offers passkeys in the field of the username.
 *
 * @param {HTMLElement} box
 * @param {HTMLFormElement} form
 */
const listen = async (box, form) => {
  const mine = new AbortController();
  waiting = mine;
  const renew = () => {
    if (mine !== waiting) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", renew, { once: true });
      return;
    }
    mine.abort();
    listen(box, form);
  };
  setTimeout(renew, RENEW_AFTER);
  try {
    await ask(box, form, { mediation: "conditional", signal: mine.signal });
    if (field(form, "credential").value) form.requestSubmit();
  } catch {
    // It was given up for another one.
  }
};

/**
 * @param {HTMLElement} box
 * @param {HTMLFormElement} form
 */
const offer = async (box, form) => {
  if ("autofill" in box.dataset && (await Key.isConditionalMediationAvailable?.())) listen(box, form);
};

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 * @param {boolean} isBusy
 */
const setBusy = (form, button, isBusy) => {
  for (const element of [form, button]) {
    if (isBusy) element?.setAttribute("aria-busy", "true");
    else element?.removeAttribute("aria-busy");
  }
};

/**
 * Says what went wrong at the head of the form, or takes it back.
 *
 * @param {HTMLFormElement} form
 * @param {string} words
 */
const say = (form, words) => {
  /** @type {HTMLElement | null} */
  const summary = form.querySelector("[data-summary]");
  if (!summary) return;
  summary.hidden = !words;
  summary.replaceChildren(Object.assign(document.createElement("strong"), { textContent: words }));
  if (words) summary.focus();
};

/**
 * Asks, and sends the form with the answer.
 *
 * @param {HTMLElement} box
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
const run = async (box, form, button) => {
  waiting?.abort();
  waiting = undefined;
  say(form, "");
  setBusy(form, button, true);
  try {
    await ask(box, form);
  } catch (error) {
    setBusy(form, button, false);
    const isKnown = error instanceof DOMException && error.name === "InvalidStateError";
    say(form, (isKnown ? box.dataset.known : box.dataset.failed) ?? "");
    offer(box, form);
    return;
  }
  setBusy(form, button, false);
  form.dataset.asked = "";
  form.requestSubmit(button);
};

/** @param {Element} element */
const isMissing = (element) =>
  element instanceof HTMLInputElement && element.type !== "hidden" && !element.value && !element.closest("[hidden]");

/** @param {HTMLElement} box */
const wake = (box) => {
  const form = box.querySelector("form");
  if (!form) return;
  /** @param {SubmitEvent} event */
  const beforeSubmit = (event) => {
    const isAnswered = field(form, "credential").value || "asked" in form.dataset;
    delete form.dataset.asked;
    // What would be refused anyway needs no device.
    if (isAnswered || [...form.elements].some(isMissing)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.hasAttribute("aria-busy")) run(box, form, event.submitter);
  };
  form.addEventListener("submit", beforeSubmit, true);
  // Refused as a whole, the answer is used up; one wrong field is put right beside it.
  document.addEventListener("auth", (happened) => {
    const { event, data } = /** @type {CustomEvent} */ (happened).detail;
    if (event !== `${form.dataset.event}_failure` || !data?.form) return;
    field(form, "credential").value = "";
    offer(box, form);
  });
  offer(box, form);
};

/** @type {NodeListOf<HTMLElement>} */
const parts = document.querySelectorAll("[data-passkeys]");
for (const part of parts) {
  if (!isAble || part.dataset.passkeys !== location.hostname) continue;
  part.hidden = false;
  /** @type {NodeListOf<HTMLElement>} */
  const boxes = part.querySelectorAll("[data-passkey]");
  boxes.forEach(wake);
}
