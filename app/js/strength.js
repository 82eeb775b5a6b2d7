// Says while somebody chooses a password how hard it is to guess, by and large: its length, the kinds of its characters,
// what repeats in it, and their own name. Nothing leaves the page; the server has the last word, and a larger dictionary.

/** What is tried first, as the beginning, the end or all of a password. */
const COMMON = /passwor[dt]|motdepasse|qwert[yz]|asdfg|1q2w3e|letmein|welcome|iloveyou|admin|football|monkey|dragon|sunshine|princess|master|secret|hunter|login/g;
/** Shorter words are part of too many good passwords. */
const SHORTEST_WORD = 4;
/** Bits from which on a password is fair, good and strong. */
const LEVELS = [30, 45, 65];
/** More than that a character of words doesn't add: letters follow each other. */
const MOST_BITS = 4;

/** @param {string} text */
const fold = (text) => text.normalize("NFKC").toLowerCase();

/**
 * The words of names and addresses.
 *
 * @param {string} text
 */
const words = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word.length >= SHORTEST_WORD);

/**
 * What others know the person by: what the server wrote down, and what stands in the form.
 *
 * @param {HTMLInputElement} field
 */
const own = (field) => {
  const known = [field.dataset.own ?? ""];
  for (const other of field.form?.querySelectorAll("input:not([type=password], [type=hidden])") ?? []) {
    if (other instanceof HTMLInputElement && other.inputMode !== "numeric") known.push(other.value);
  }
  return known.flatMap((text) => words(text.split("@")[0] ?? "").concat(words(text)));
};

/**
 * How many characters there are that the one before doesn't tell: not the same again, nor the next of a row.
 *
 * @param {string} text
 */
const surprising = (text) => {
  let count = 0;
  let step = NaN;
  let before = NaN;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const now = code - before;
    if (!(Math.abs(now) <= 1 && (now === step || now === 0))) count += 1;
    step = now;
    before = code;
  }
  // A text that is the same part again and again is little more than that part.
  const part = /^(.+?)\1+$/su.exec(text)?.[1];
  return part === undefined ? count : Math.min(count, [...part].length + 1);
};

/** @param {string} text */
const kinds = (text) => {
  let size = 0;
  if (/[a-z]/.test(text)) size += 26;
  if (/[A-Z]/.test(text)) size += 26;
  if (/\d/.test(text)) size += 10;
  if (/[ -/:-@[-\x60{-~]/.test(text)) size += 33;
  if (/[^ -~]/.test(text)) size += 100;
  return size;
};

/**
 * From 0, weak, to 3, strong.
 *
 * @param {string} typed
 * @param {string[]} names
 */
const level = (typed, names) => {
  let left = fold(typed);
  for (const name of names) left = left.replaceAll(name, "\u0001");
  left = left.replace(COMMON, "\u0001");
  const bits = surprising(left) * Math.min(Math.log2(kinds(typed) || 1), MOST_BITS);
  return LEVELS.filter((least) => bits >= least).length;
};

/** @param {HTMLInputElement} field */
const show = (field) => {
  const line = document.getElementById(field.dataset.strength ?? "");
  if (!line) return;
  const now = field.value ? level(field.value, own(field)) : -1;
  if (line.dataset.level === `${now}`) return;
  line.dataset.level = `${now}`;
  // Said when it becomes another word, not at every key.
  line.textContent = (line.dataset.words ?? "").split("|")[now] ?? "";
};

/** @param {Event} event */
const follow = ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  // A name that is typed later is in the password all the same.
  for (const field of target.form?.querySelectorAll("input[data-strength]") ?? []) {
    if (field instanceof HTMLInputElement) show(field);
  }
};

document.addEventListener("input", follow);
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("input[data-strength]")) {
    if (field instanceof HTMLInputElement) show(field);
  }
});
