// What the explorer shows, as a cell of Python that gives the same numbers.

const MOST_PRINTED = 5000; // points; more come from the reader's file
const LINE = 100; // letters
const TO_REST = 5000; // steps: near a critical sigma means are slow

const inBrackets = (row) => `[${[...row].join(", ")}]`;

// A text, a number, a list of them or a truth value: all but the last are written alike in both languages.
function literal(value) {
  if (typeof value === "boolean") return value ? "True" : "False";
  return Array.isArray(value) ? inBrackets(value.map(literal)) : JSON.stringify(value);
}

// Rows of numbers as a list of lists. The shortest digits that give a float back are the same in both languages.
function listOf(rows) {
  const cells = rows.map(inBrackets);
  if (cells.join(", ").length < LINE - 12) return `[${cells.join(", ")}]`;
  const lines = [];
  for (const cell of cells) {
    const longer = `${lines.at(-1)} ${cell},`;
    if (lines.length > 0 && longer.length <= LINE) lines[lines.length - 1] = longer;
    else lines.push(`    ${cell},`);
  }
  return `[\n${lines.join("\n")}\n]`;
}

// The data: by the name that kmeans_em has for them, as numbers, or from the reader's file.
function dataLine({ python, X, file }) {
  if (python) return `X = ${python}`;
  if (X.n <= MOST_PRINTED) {
    return `X = ${listOf(Array.from({ length: X.n }, (_, i) => X.values.subarray(i * X.d, (i + 1) * X.d)))}`;
  }
  const { name = "points.csv", columns, form = {} } = file ?? {};
  const settings = Object.entries({ columns, ...form })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([word, value]) => `, ${word}=${literal(value)}`);
  return `X = datasets.read_table(${literal(name)}${settings.join("")}, drop_missing=True)`;
}

// python   the code of the menu's entry; null where the points are the reader's own:
// X, file  these points { n, d, values }; and if from a file, { name, columns, form }: keys and form of explorer_table.js
// means    where the run starts, with sigma and weights; [] where these are all equal
// learn    what else the M-step learns
// step     how many steps to take; null: until the means rest
export function asPython({ python = null, X, file = null, means, sigma, weights = [], learn = [], step = null }) {
  const learned = learn.filter((name) => name === "weights" || sigma > 0); // at 0 there is no sigma to learn
  const weighted = weights.length > 0 || learned.includes("weights");
  const soft = sigma > 0;
  const data = dataLine({ python, X, file });
  const settings = [
    ...(weights.length > 0 ? [`weights=${inBrackets(weights)}`] : []),
    ...(learned.length > 0 ? [`learn=${literal(learned)}`] : []),
    ...(step === null ? [`max_steps=${TO_REST}`] : [`max_steps=${step}`, "tol=0"]),
  ];
  const mixture = `X, found.means, found.sigma${weighted ? ", found.weights" : ""}`;
  const first = data.startsWith("X = datasets.") ? ["datasets"] : [];
  const names = [...first, "fit", "free_energy", "inertia", ...(soft ? ["log_likelihood"] : [])];
  const unlessNone = learned.includes("sigma") ? " if found.sigma > 0 else None" : "";
  return [
    `from kmeans_em import ${names.join(", ")}`,
    "",
    data,
    `means = ${listOf(means)}`,
    `found = fit(X, means, sigma=${sigma}, ${settings.join(", ")})`,
    "",
    'print("steps", found.steps)',
    'print("means", found.means.tolist())',
    ...(learned.includes("sigma") ? ['print("sigma", found.sigma)'] : []),
    ...(learned.includes("weights") ? ['print("weights", found.weights.tolist())'] : []),
    'print("J", inertia(X, found.means))',
    `print("F", free_energy(${mixture}))`,
    ...(soft ? [`print("log L", log_likelihood(${mixture})${unlessNone})`] : []),
    "",
  ].join("\n");
}
