// The explorer page's state as the fragment of a link, and back. What a link says may come from anywhere: whatever is
// wrong in it gets a sentence in `problems` and the value that it would have without the link. Texts are plain: whoever
// shows them sets textContent, or escapes them.
//
//   data        the name of an entry of the menu, or "own"
//   X, columns  own points { n, d, values }, otherwise null; the names of their columns
//   k, means    how many means, and where the run starts; null: the start finds them
//   start, seed how the means were found
//   sigma       null: the page chooses
//   weights     [] where all are equal
//   learn       what else the M-step learns
//   step        how many steps have been taken from there
//   view        the part of the plane or the line that is shown: [left, right, bottom, top] or [left, right]; null: all
//   on, panels  the switches that are on, the panels that are open; null: as the page has them at first
//   embed, projector

const VERSION = 1;
// Those of explorer_menu.py, with the shape of each; a test compares them.
const MENU_SHAPES = {
  line: [6, 1], blobs: [300, 2], unequal: [300, 2], ring: [300, 2], skewed: [300, 2], two_moons: [300, 2],
  uniform: [300, 2], old_faithful: [272, 2], old_faithful_minutes: [272, 2],
};
export const LINK_WORDS = {
  data: [...Object.keys(MENU_SHAPES), "own"],
  start: ["hand", "random", "farthest", "plusplus"],
  learn: ["sigma", "weights"],
  on: ["follow", "twins", "lines", "halves"],
  panels: ["data", "start", "look", "numbers", "share"],
};
const AT_FIRST = {
  data: "blobs", X: null, columns: [], k: 3, means: null, start: "plusplus", seed: 0, sigma: null, weights: [], learn: [],
  step: 0, view: null, on: null, panels: null, embed: false, projector: false,
};
const UNNAMED = ["x", "y"];
const MOST_MEANS = 8;
const MOST_STEPS = 1000;
const MOST_SEED = 2 ** 32 - 1;
const MOST_IN_LINK = 1000; // points
const LONGEST_LINK = 20000; // letters
const LONGEST_NAME = 40;
const LARGEST = 1e12; // squares and their sums stay far from infinity,
const SMALLEST = 1e-12; // and what is divided by squares of sigma too
const FEW_LETTERS = 400; // points that take no more are written out in full

// A coordinate in two letters: 4096 steps from the least number of its column to the largest.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STEPS = 4095;

const isOwn = (data) => data === "own";
const inRange = (x) => Number.isFinite(x) && Math.abs(x) <= LARGEST;
const inRows = (values, d) => Array.from({ length: values.length / d }, (_, i) => [...values.slice(i * d, (i + 1) * d)]);
const written = (rows) => rows.map((row) => row.join(",")).join(";");
const counted = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

function ends({ d, values }) {
  const low = Array(d).fill(Infinity);
  const high = Array(d).fill(-Infinity);
  values.forEach((x, at) => {
    low[at % d] = Math.min(low[at % d], x);
    high[at % d] = Math.max(high[at % d], x);
  });
  return [low, high];
}

// How a link carries own points: "none", "full" or "rounded".
function carried({ X }) {
  if (X.n > MOST_IN_LINK || X.d > 2 || X.n === 0 || !X.values.every(inRange)) return "none";
  return written(inRows(X.values, X.d)).length <= FEW_LETTERS ? "full" : "rounded";
}

// What the reader should know about the link of this state; "" where it gives back all numbers as they are.
export function linkSays({ data, X }) {
  const way = isOwn(data) ? carried({ X }) : "full";
  if (way === "full") return "";
  const points = `your ${counted(X.n)} points`;
  if (way === "rounded") {
    return `The link rounds ${points} to a ${STEPS}th of each axis: no eye sees it, but the numbers change a little.`;
  }
  const cause =
    X.n === 0 ? "there are no points to put into it"
    : X.d > 2 ? "points have at most two columns there"
    : X.n > MOST_IN_LINK ? `at most ${counted(MOST_IN_LINK)} points fit there`
    : `coordinates go up to ${LARGEST} there`;
  return `The link does not hold ${points}, for ${cause}; it holds k, the seed and the switches.`;
}

export function encodeState(state) {
  const { data, X, columns, k, means, start, seed, sigma, weights, learn, step, view, on, panels, embed, projector } = {
    ...AT_FIRST,
    ...state,
  };
  const fields = { v: VERSION, data };
  const way = isOwn(data) ? carried({ X }) : "full";
  if (isOwn(data)) {
    if (way === "full") fields.points = written(inRows(X.values, X.d));
    if (way === "rounded") Object.assign(fields, { box: written(ends(X)), packed: pack(X) });
    if (way === "none") fields.n = X.n;
    const named = columns.length > 0 && String(columns) !== String(UNNAMED.slice(0, X.d));
    if (named) fields.columns = columns.map((name) => encodeURIComponent(name)).join(",");
  }
  fields.k = k;
  if (way !== "none") {
    if (means) fields.means = written(means);
    if (sigma !== null) fields.sigma = sigma;
    if (view) fields.view = view.join(",");
  }
  if (weights.length) fields.weights = weights.join(",");
  if (learn.length) fields.learn = learn.join(",");
  Object.assign(fields, { start, seed });
  if (step > 0 && way !== "none") fields.step = step;
  if (on) fields.on = on.join(",");
  if (panels) fields.panels = panels.join(",");
  if (embed) fields.embed = 1;
  if (projector) fields.projector = 1;
  return Object.entries(fields).map(([name, value]) => `${name}=${value}`).join("&");
}

function pack(X) {
  const [low, high] = ends(X);
  const letters = Array.from(X.values, (x, at) => {
    const a = at % X.d;
    const place = high[a] > low[a] ? Math.round(((x - low[a]) / (high[a] - low[a])) * STEPS) : 0;
    return LETTERS[place >> 6] + LETTERS[place & 63];
  });
  return letters.join("");
}

// The ends of each column come back as they were, so that a link made of a link is that link.
function unpackPoints(packed, [low, high]) {
  const d = low.length;
  const values = Float64Array.from({ length: packed.length / 2 }, (_, at) => {
    const [upper, lower] = [LETTERS.indexOf(packed[2 * at]), LETTERS.indexOf(packed[2 * at + 1])];
    const place = 64 * upper + lower;
    const [from, to] = [low[at % d], high[at % d]];
    return place === STEPS ? to : from + (to - from) * (place / STEPS);
  });
  return { n: values.length / d, d, values };
}

// Rows of numbers, all of one length and none of them strange; otherwise null.
function readRows(text) {
  const rows = text.split(";").map((row) => row.split(",").map(readNumber));
  return rows.every((row) => row.length === rows[0].length && row.every(inRange)) ? rows : null;
}

const readNumber = (text) => (/^-?\d+(\.\d*)?(e[-+]?\d+)?$/.test(text) ? Number(text) : NaN);

function readWhole(text, most) {
  return /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : null;
}

export function decodeState(text) {
  const state = { ...AT_FIRST };
  const problems = [];
  const said = (sentence) => { problems.push(sentence); };
  const fields = fieldsOf(String(text ?? ""), said);
  if (!fields) return { state, problems };

  // Takes the field if `read` makes something of it; null or undefined is nothing.
  const take = (name, read, sentence) => {
    if (!fields.has(name)) return;
    const value = read(fields.get(name));
    if (value === null || value === undefined) said(sentence);
    else state[name] = value;
  };
  const word = (name) => (value) => (LINK_WORDS[name].includes(value) ? value : null);
  const words = (name) => (value) => {
    const all = value === "" ? [] : [...new Set(value.split(","))];
    const known = all.filter((each) => LINK_WORDS[name].includes(each));
    const fewer = known.length < all.length;
    if (fewer) said(`The link names something under “${name}” that this page does not have; it is left out.`);
    return known;
  };
  const flag = (value) => (value === "1" ? true : value === "0" ? false : null);

  take("data", word("data"), "The link names data that this page does not have; it shows the three clouds instead.");
  if (isOwn(state.data) && !takePoints(state, fields, said)) state.data = AT_FIRST.data;
  const lost = fields.has("data") && fields.get("data") !== state.data; // then numbers about the data fit no longer
  const [n, d] = state.X ? [state.X.n, state.X.d] : MENU_SHAPES[state.data];
  const mostMeans = isOwn(state.data) ? MOST_MEANS : Math.min(MOST_MEANS, n); // means may wait for points of one's own
  const readMeans = (value) => {
    const rows = value.length < LONGEST_LINK ? readRows(value) : null;
    return rows && rows.length <= mostMeans && rows[0].length === d ? rows : null;
  };
  const readK = (value) => readWhole(value, mostMeans) || null;
  take("k", readK, `k goes from 1 to ${mostMeans} here, and the link has something else; it is ${state.k}.`);
  if (!lost) {
    take("means", readMeans, "The means in the link are no means for these data; the start finds them.");
    take("sigma", (value) => {
      const sigma = readNumber(value);
      return sigma === 0 || (sigma >= SMALLEST && sigma <= LARGEST) ? Math.abs(sigma) : null;
    }, "σ in the link is no number from 0 on; the page chooses it.");
    take("step", (value) => readWhole(value, MOST_STEPS), `The link may ask for 0 to ${MOST_STEPS} steps; none is taken.`);
    take("view", (value) => readView(value, d), "The part of the picture that the link asks for is none; all is shown.");
  }
  if (state.means && state.means.length !== state.k) {
    if (fields.has("k")) said(`The link has ${state.means.length} means, and k is ${state.k}; the start finds ${state.k}.`);
    if (fields.has("k")) state.means = null;
    else state.k = state.means.length;
  }
  if (state.means === null && state.k > n) {
    if (fields.has("k")) said(`There are ${n} points in the link, too few for ${state.k} means; k is ${n}.`);
    state.k = n;
  }
  const equal = "The weights in the link are no k shares that add up to 1; they are equal.";
  take("weights", (value) => readWeights(value, state.k), equal);
  take("learn", words("learn"));
  take("start", word("start"), "The link names a start that this page does not have; it is k-means++.");
  const readSeed = (value) => readWhole(value, MOST_SEED);
  take("seed", readSeed, `The seed in the link is no whole number from 0 to ${MOST_SEED}; it is ${AT_FIRST.seed}.`);
  take("on", words("on"));
  take("panels", words("panels"));
  take("embed", flag, "“embed” in the link is neither 0 nor 1; it is left out.");
  take("projector", flag, "“projector” in the link is neither 0 nor 1; it is left out.");
  if (fields.has("means") && state.means === null) state.step = 0;
  if (state.start === "hand" && state.means === null) state.start = AT_FIRST.start;
  return { state, problems };
}

// The fields by name; null where there is nothing to be read.
function fieldsOf(text, said) {
  const fragment = text.replace(/^#/, "");
  if (fragment === "") return null;
  if (fragment.length > LONGEST_LINK) {
    said(`The link is longer than ${counted(LONGEST_LINK)} letters; it is not read.`);
    return null;
  }
  const fields = new Map(fragment.split("&").map((field) => {
    const at = field.indexOf("=");
    return at < 0 ? [field, ""] : [field.slice(0, at), decoded(field.slice(0, at), field.slice(at + 1))];
  }));
  if (fields.get("v") === String(VERSION)) return fields;
  said(
    /^\d+$/.test(fields.get("v") ?? "")
      ? `The link is of version ${fields.get("v").slice(0, 9)}, and this page reads version ${VERSION}; it begins afresh.`
      : "The link is not one of this page, or a part of it was lost; the page begins afresh.",
  );
  return null;
}

// Some programs write %2C for a comma. Names are decoded one by one, for a comma may be part of one.
function decoded(name, value) {
  if (name === "columns") return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

// Own points, if the link has them whole.
function takePoints(state, fields, said) {
  const n = readWhole(fields.get("n") ?? "", Infinity);
  if (n) {
    said(`The link was made with ${counted(n)} points of somebody’s own and does not hold them; open their file.`);
    return false;
  }
  const [full, box, packed] = ["points", "box", "packed"].map((name) => fields.get(name) ?? "");
  const X = full ? readPoints(full) : readPacked(box, packed);
  if (!X) {
    const right = `there must be 1 to ${counted(MOST_IN_LINK)} of one or two numbers`;
    said(`The points in the link cannot be read: ${right}. The three clouds are shown instead.`);
    return false;
  }
  state.X = X;
  const names = fields.has("columns") ? fields.get("columns").split(",").map(readName) : [];
  state.columns = names.length === X.d && names.every(Boolean) ? names : UNNAMED.slice(0, X.d);
  const unread = fields.has("columns") && state.columns !== names;
  if (unread) said("The names of the columns in the link cannot be read; they are x and y.");
  return true;
}

function readPoints(text) {
  const rows = readRows(text);
  if (!rows || rows.length > MOST_IN_LINK || rows[0].length > 2) return null;
  return { n: rows.length, d: rows[0].length, values: Float64Array.from(rows.flat()) };
}

function readPacked(boxText, packed) {
  const box = readRows(boxText);
  if (!box || box.length !== 2 || box[0].length > 2 || box[0].some((low, a) => low > box[1][a])) return null;
  const n = packed.length / 2 / box[0].length;
  if (!Number.isInteger(n) || n < 1 || n > MOST_IN_LINK || !/^[\w-]*$/.test(packed)) return null;
  return unpackPoints(packed, box);
}

// A name of a column as plain text in one line.
function readName(text) {
  try {
    return decodeURIComponent(text).replace(/\p{C}+/gu, " ").trim().slice(0, LONGEST_NAME);
  } catch {
    return "";
  }
}

function readView(text, d) {
  const ends = text.split(",").map(readNumber);
  const right = ends.length === 2 * d && ends.every(inRange);
  return right && ends.every((end, at) => at % 2 === 0 || end - ends[at - 1] > SMALLEST) ? ends : null;
}

function readWeights(text, k) {
  const weights = text.split(",").map(readNumber);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.length === k && weights.every((w) => w >= 0) && Math.abs(sum - 1) < 1e-6 ? weights : null;
}
