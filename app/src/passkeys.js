// Asks the browser for passkeys, behind the forms inside [data-passkey]: before one is sent, its hidden fields get what the
// device has answered. [data-passkeys] is hidden until here: without scripts, without WebAuthn, or at another host than the
// passkeys' own, there are none.
{
  const Key = window.PublicKeyCredential;
  // JSON in and out is the browser's own work (WebAuthn level 3, section 5.1).
  const able = Key?.parseCreationOptionsFromJSON && Key.parseRequestOptionsFromJSON && Key.prototype.toJSON;
  // A question is good for ten minutes.
  const RENEW = 9 * 60_000;
  let waiting;

  const ask = async (box, form, more) => {
    const { passkey: what, options: path } = box.dataset;
    const answer = await fetch(path, { method: "POST", headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" } });
    // The form is sent without: its refusal says why.
    if (!answer.ok) return;
    const { options, state } = await answer.json();
    const parse = what === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    const credential = await navigator.credentials[what]({ publicKey: Key[parse](JSON.parse(options)), ...more });
    form.elements.state.value = state;
    form.elements.credential.value = JSON.stringify(credential);
  };

  // A passkey among what the browser offers in the field of the username.
  const listen = async (box, form) => {
    const mine = (waiting = new AbortController());
    const renew = () => {
      if (mine !== waiting) return;
      if (document.hidden) return document.addEventListener("visibilitychange", renew, { once: true });
      mine.abort();
      listen(box, form);
    };
    setTimeout(renew, RENEW);
    try {
      await ask(box, form, { mediation: "conditional", signal: mine.signal });
      if (form.elements.credential.value) form.requestSubmit();
    } catch {
      // It was given up for another one.
    }
  };

  const offer = async (box, form) => {
    if ("autofill" in box.dataset && (await Key.isConditionalMediationAvailable?.())) listen(box, form);
  };

  const busy = (form, button, is) => [form, button].forEach((it) => (is ? it?.setAttribute("aria-busy", "true") : it?.removeAttribute("aria-busy")));

  const say = (form, words) => {
    const summary = form.querySelector("[data-summary]");
    summary.hidden = !words;
    summary.replaceChildren(Object.assign(document.createElement("strong"), { textContent: words }));
    if (words) summary.focus();
  };

  const run = async (box, form, button) => {
    waiting?.abort();
    waiting = undefined;
    say(form, "");
    busy(form, button, true);
    try {
      await ask(box, form);
    } catch ({ name }) {
      busy(form, button, false);
      say(form, name === "InvalidStateError" ? box.dataset.known : box.dataset.failed);
      return offer(box, form);
    }
    busy(form, button, false);
    form.dataset.asked = "";
    form.requestSubmit(button);
  };

  const wake = (box) => {
    const form = box.querySelector("form");
    const lacks = (field) => field.matches("input:not([type=hidden])") && !field.value && !field.closest("[hidden]");
    const before = (event) => {
      const answered = form.elements.credential.value || "asked" in form.dataset;
      delete form.dataset.asked;
      // What would be refused anyway needs no device.
      if (answered || [...form.elements].some(lacks)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!form.hasAttribute("aria-busy")) run(box, form, event.submitter);
    };
    form.addEventListener("submit", before, true);
    // Refused as a whole, the answer is used up; one wrong field is put right beside it.
    document.addEventListener("auth", ({ detail: { event, data } }) => {
      if (event !== `${form.dataset.event}_failure` || !data?.form) return;
      form.elements.credential.value = "";
      offer(box, form);
    });
    offer(box, form);
  };

  for (const part of document.querySelectorAll("[data-passkeys]")) {
    if (!able || part.dataset.passkeys !== location.hostname) continue;
    part.hidden = false;
    part.querySelectorAll("[data-passkey]").forEach(wake);
  }
}
