// A table of the reader's own, from a text: the rules of tables.py, but where that stops and asks, this takes the likelier
// reading, says so, and offers the other one. What a cell or a name says is plain text: whoever shows it sets textContent,
// or escapes it. Cells are told apart by Papa Parse, which the page loads once it is needed.

const MOST_ROWS = 100000;
const MOST_COLUMNS = 200;
const MOST_CELLS = 1e6; // so that the page answers within a second
const LONGEST_TEXT = 1e8; // letters
const LONGEST_NUMBER = 400; // letters
const LARGEST_CELL = 1e100; // squares of it, and their sums, are numbers
const LOOKED_AT = 1000; // rows at the top, from which the form is read
const NO_VALUE = ["", "na", "n/a", "nan", "null", "none", "?", "-"]; // as in tables.py, in small letters
const BETWEEN = { ",": "commas", ";": "semicolons", "\t": "tabs", " ": "blanks", "": "one column" };
const ALONE = "\u001f"; // a delimiter that no text has
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const WITH_COMMA = /^[-+]?(\d*,\d+(e[-+]?\d+)?|\d+,)$/i;
const WITH_POINT = /^[-+]?(\d*\.\d+(e[-+]?\d+)?|\d+\.)$/i;
const DECIMAL_POINT = { decimal: ".", thousands: "" };
const DECIMAL_COMMA = { decimal: ",", thousands: "" };
const THOUSANDS_COMMA = { decimal: ".", thousands: "," };
const THOUSANDS = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;

const many = (n, what) => `${String(n).replace(/\B(?=(\d{3})+$)/g, ",")} ${what}${n === 1 ? "" : "s"}`;
const isMissing = (cell) => NO_VALUE.includes(cell.trim().toLowerCase());
const oneLine = (text) => text.replace(/\p{C}+/gu, " ").trim();
const shown = (cell) => (oneLine(cell).length > 20 ? `“${oneLine(cell).slice(0, 20)}…”` : `“${oneLine(cell)}”`);

// Reads a text. `choices` are the reader's answers: { delimiter, decimal, thousands, header, pairs }.
//
//   columns    { name, key, values, numbers, missing, says }: the key is what tables.py calls it, its name or its place;
//              values are null unless the column is one of numbers, NaN where one is missing
//   rows       how many
//   reading    one sentence: how the text was read; form: the same for tables.py, { delimiter, decimal, header }
//   problems   sentences
//   questions  { said, offer, choices }: what was taken where two readings are possible, the other one, and the choices
//              that bring it
export function readTable(text, choices = {}, parse = globalThis.Papa?.parse) {
  const nothing = (sentence) => ({ columns: [], rows: 0, reading: "", form: {}, problems: [sentence], questions: [] });
  const wrong = noTable(text);
  if (wrong) return nothing(wrong);
  const lines = linesOf(text);
  if (lines.length === 0) return nothing("There is nothing in the text but empty lines and comments.");
  const questions = [];
  const ask = (said, offer, other) => { questions.push({ said, offer, choices: { ...choices, ...other } }); };
  const problems = [];

  const delimiter = choices.delimiter ?? likelyDelimiter(lines, choices, ask);
  const most = mostRows(lines, delimiter);
  const { rows: all, cut, broken } = cellsOf(text, delimiter, most + 2, parse);
  if (broken) return nothing(broken);
  if (all.length === 0) return nothing("There is nothing in the text but empty cells.");
  if (/^#/m.test(text)) problems.push("Lines that begin with # are taken as comments and left out.");

  let body = all;
  let first = all[0];
  const width = usual(all.slice(all.length > 1 ? 1 : 0, LOOKED_AT).map((row) => row.length));
  if (width > MOST_COLUMNS) return nothing(`The text has ${many(width, "column")}; at most ${MOST_COLUMNS} are read.`);
  const paired = delimiter === "," && pairs(all, width, choices, ask);
  if (paired) [body, first] = [paired, paired[0]];
  const columnsOf = paired ? first.length : width;
  if (!paired && first.length === width - 1 && !isTitle(all)) {
    body = [["", ...first], ...all.slice(1)]; // as R writes tables: the rows have names, and the names' column has none
    problems.push("The first line has one cell less than the others; their first column is taken as one without a name.");
  }
  const level = body.filter((row) => row.length === columnsOf);
  const uneven = body.length - level.length;
  if (uneven > body.length / 2) return nothing("This is no table: its lines have different numbers of cells.");
  if (uneven > 0) {
    const at = body.findIndex((row) => row.length !== columnsOf);
    const first = `the first is row ${at + 1}, with ${body[at].length}`;
    problems.push(`Left out: ${many(uneven, "row")} with another number of cells than ${columnsOf}; ${first}.`);
  }

  const form = paired ? DECIMAL_COMMA : likelyDecimal(level.slice(0, LOOKED_AT).flat(), delimiter, choices, ask);
  const header = choices.header ?? likelyHeader(level, form, ask);
  const names = header ? level[0] : [];
  const data = header ? level.slice(1) : level;
  if (data.length === 0) return nothing("There is no row below the names of the columns.");
  if (cut || data.length > most) {
    data.length = Math.min(data.length, most);
    problems.push(`The table is longer: only its first ${many(data.length, "row")} are read.`);
  }
  const keyOf = (name, at) => (names.filter((other) => other.trim() === name).length === 1 ? name : at);
  const columns = named(names, columnsOf).map((name, at) => ({ name, key: keyOf(name, at), ...column(data, at, form) }));
  const none = columns.every(({ numbers }) => !numbers);
  if (none) problems.push("No column of this text holds numbers alone, so none can be drawn.");
  const how = [
    paired ? "commas between columns and in numbers" : BETWEEN[delimiter] ?? shown(delimiter),
    form.decimal === "," ? "decimal commas" : "decimal points",
    header ? "names in the first line" : "no names in the first line",
  ];
  const reading = `${many(data.length, "row")}, ${many(columnsOf, "column")}: ${how.join(", ")}.`;
  const said = { delimiter: delimiter || null, decimal: form.decimal, header };
  return { columns, rows: data.length, reading, form: said, problems, questions };
}

// Why a text is no table at all; otherwise nothing.
function noTable(text) {
  if (text.trim() === "") return "The text is empty.";
  if (text.length > LONGEST_TEXT) return `The text has more than ${LONGEST_TEXT / 1e6} million letters; it is not read.`;
  const top = text.slice(0, 4000);
  if (/^PK\u0003\u0004|^%PDF|\u0000/.test(top) || (top.match(/\ufffd/g) ?? []).length > 20) {
    return "This is no text but another kind of file; in a spreadsheet, save the table as CSV.";
  }
  if (/^\s*<[!?a-z]/i.test(top)) return "This is a web page or a drawing, no table; save the table as CSV.";
  if (/^\s*[{[]\s*["{[\]}]/.test(top)) return "This is JSON, no table; save the table as CSV.";
  return "";
}

// Whether the first line is a title above the line with the names.
const isTitle = ([, second, ...rest]) =>
  !second || (rest.length > 0 && second.every((cell) => toNumber(cell, DECIMAL_POINT) === null));

// The lines at the top, without what stands in quotes, for that separates nothing.
function linesOf(text) {
  const top = text.slice(0, 1e6).replace(/^\ufeff/, "").split(/\r\n|\n|\r/, LOOKED_AT + 1).slice(0, LOOKED_AT);
  const lines = top.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.map((line) => line.trim().replace(/"[^"]*"/g, '""'));
}

function likelyDelimiter(lines, { decimal }, ask) {
  const halfHave = (sign) => lines.filter((line) => line.includes(sign)).length >= lines.length / 2;
  for (const sign of [";", "\t"]) if (halfHave(sign)) return sign;
  const blanks = lines.slice(1).some((line) => / /.test(line)) || /\d\s+[-+.\d]/.test(lines[0]);
  const words = lines.some((line) => /\p{L}{2} +\p{L}{2}/u.test(line)); // prose, or names of two words
  if (!lines.some((line) => line.includes(","))) return blanks && !words ? " " : "";
  const apart = lines.some((line) => /\d,\d+\s+[-+\d]/.test(line));
  if (apart && !lines.some((line) => /,\s/.test(line))) return " "; // 1,5 2,5
  const numbers = lines.filter((line) => /^[-+]?\d+,\d+$/.test(line));
  if (numbers.length < Math.max(1, lines.length - 1)) return ",";
  if (decimal !== undefined) return decimal === "," ? "" : ",";
  const names = lines.filter((line) => !numbers.includes(line));
  if (names.length > 0) return names[0] === lines[0] && !names[0].includes(",") ? "" : ",";
  ask(
    `${shown(numbers[0])} was read as two columns.`,
    "Read it as one number with a decimal comma",
    { delimiter: "", decimal: "," },
  );
  return ",";
}

// How many rows are read: the fewer columns, the more. One more is for the names, one to see that there are more.
function mostRows(lines, delimiter) {
  const width = usual(lines.map((line) => (delimiter ? line.split(delimiter).length : 1)));
  return Math.min(MOST_ROWS, Math.ceil(MOST_CELLS / width));
}

// The rows as cells; or, in `broken`, why there are none.
function cellsOf(text, delimiter, preview, parse) {
  const settings = { delimiter: delimiter || ALONE, comments: "#", skipEmptyLines: true, preview, fastMode: false };
  const clean = text.replace(/^\ufeff/, "");
  const { data, errors, meta } = delimiter === " " ? apartByBlanks(clean, preview) : parse(clean, settings);
  const open = errors.find(({ type }) => type === "Quotes");
  if (open) return { broken: `In row ${open.row + 1} a quotation mark is not closed, or stands within quotes.` };
  return { rows: data.filter((row) => row.length > 1 || row[0].trim() !== ""), cut: meta.truncated };
}

function apartByBlanks(text, most) {
  const lines = text.split(/\r\n|\n|\r/, most + 1);
  const data = lines.slice(0, most).filter((line) => !line.startsWith("#")).map((line) => line.trim().split(/\s+/));
  return { data, errors: [], meta: { truncated: lines.length > most } };
}

// The most frequent of some numbers; at a tie the first.
function usual(numbers) {
  const counts = new Map();
  for (const n of numbers) counts.set(n, (counts.get(n) ?? 0) + 1);
  return [...counts].reduce((best, pair) => (pair[1] > best[1] ? pair : best), [0, 0])[0];
}

// Numbers with decimal commas, between commas: 1,5,2,5 are four cells of two numbers. Null: they are read as they stand.
function pairs(rows, width, choices, ask) {
  const [first, ...rest] = rows;
  const part = (cell, at) => (at % 2 ? /^\d+$/ : /^[-+]?\d+$/).test(cell.trim());
  const whole = (row) => row.length === width && row.every(part);
  if (width % 2 || width === 0 || rest.length === 0 || !rest.every(whole) || choices.pairs === false) return null;
  const half = first.length === width / 2 && !first.every((cell) => NUMBER.test(cell.trim()));
  const joined = (row) => Array.from({ length: width / 2 }, (_, i) => `${row[2 * i].trim()},${row[2 * i + 1].trim()}`);
  if (half) return [first, ...rest.map(joined)]; // as many names as pairs: there is no other reading
  if (!whole(first)) return null;
  if (choices.pairs) return rows.map(joined);
  if (width > 2) {
    const taken = `The rows were read as ${width} columns of whole numbers.`;
    ask(taken, `Read them as ${width / 2} with decimal commas`, { pairs: true });
  }
  return null;
}

function likelyDecimal(cells, delimiter, choices, ask) {
  const { decimal, thousands = "" } = choices;
  if (decimal !== undefined) return { decimal, thousands };
  const trimmed = cells.map((cell) => cell.trim());
  const like = (form) => trimmed.filter((cell) => form.test(cell));
  const [comma, point, grouped] = [WITH_COMMA, WITH_POINT, THOUSANDS].map(like);
  if (comma.length === 0) return grouped.length > 0 ? THOUSANDS_COMMA : DECIMAL_POINT; // 1,234.5 leaves no doubt
  if (comma.every((cell) => THOUSANDS.test(cell))) {
    const english = delimiter === "," || point.length > 0;
    const ways = [["with decimal commas", DECIMAL_COMMA], ["with commas between thousands", THOUSANDS_COMMA]];
    const [[taken, form], [offered, other]] = english ? ways.reverse() : ways;
    ask(`Numbers such as ${shown(comma[0])} were read ${taken}.`, `Read them ${offered}`, other);
    return form;
  }
  if (point.length > 0) {
    const [taken, form, offered, other] = point.length >= comma.length
      ? ["points", DECIMAL_POINT, "commas", DECIMAL_COMMA]
      : ["commas", DECIMAL_COMMA, "points", DECIMAL_POINT];
    const both = `There are both ${shown(comma[0])} and ${shown(point[0])}`;
    ask(`${both}; decimal ${taken} were taken.`, `Take decimal ${offered}`, other);
    return form;
  }
  return DECIMAL_COMMA;
}

function likelyHeader(rows, form, ask) {
  const [first, below] = rows;
  const values = first.map((cell) => toNumber(cell, form));
  if (values.every((value) => value !== null)) {
    const doubtful = likeNames(values) && below && !likeNames(below.map((cell) => toNumber(cell, form)));
    if (doubtful) ask("The first line was read as numbers.", "Take it as names of the columns", { header: true });
    return false;
  }
  if (values.every((value) => value === null || Number.isNaN(value))) return true;
  const above = values.some((value, at) => value === null && (!below || toNumber(below[at], form) !== null));
  if (above) ask("The first line was taken as names of the columns.", "Take it as data", { header: false });
  return above;
}

// Whole numbers one after the other, as programs and years name columns: 0, 1, 2 or 2019, 2020.
function likeNames(row) {
  const inOrder = row.every((value, at) => Number.isInteger(value) && value === row[0] + at);
  return inOrder && row.length > 1 && (row[0] === 0 || row[0] >= 1800);
}

// A number, NaN where the value is missing, or null where there is none.
function toNumber(cell, { decimal, thousands }) {
  let text = cell.trim();
  if (thousands && THOUSANDS.test(text)) text = text.replaceAll(thousands, "");
  if (decimal === ",") text = text.replaceAll(".", "_").replace(",", ".");
  if (text.length < LONGEST_NUMBER && NUMBER.test(text) && Math.abs(Number(text)) < LARGEST_CELL) return Number(text);
  return isMissing(cell) ? NaN : null;
}

// A name for each column; those that are alike are told apart.
function named(names, width) {
  const taken = new Set();
  return Array.from({ length: width }, (_, at) => {
    const plain = oneLine(names[at] ?? "") || `column ${at + 1}`;
    let name = plain;
    for (let again = 2; taken.has(name); again++) name = `${plain} (${again})`;
    taken.add(name);
    return name;
  });
}

function column(rows, at, form) {
  const values = new Float64Array(rows.length);
  let missing = 0;
  let words = 0;
  let example = "";
  rows.forEach((row, i) => {
    const value = toNumber(row[at], form);
    if (value === null) {
      example ||= `${shown(row[at])} in row ${i + 1} of the data`;
      words++;
    }
    values[i] = value ?? NaN;
    if (Number.isNaN(value)) missing++;
  });
  const numbers = words === 0 && missing < rows.length;
  const without = missing > 0 ? `${many(missing, "value")} missing` : "";
  const says = words > 0 ? `${many(words, "cell")} without a number: ${example}` : numbers ? without : "no value at all";
  return { values: numbers ? values : null, numbers, missing, says };
}

// One or two columns as points. `missing` says what becomes of a row where a value is missing: "leave out", or "ask".
export function chooseColumns(table, names, { missing = "leave out" } = {}) {
  const none = (said) => ({ X: null, columns: [], keys: [], said });
  if (names.length < 1 || names.length > 2) return none("Choose one column or two.");
  if (new Set(names).size < names.length) return none("Choose two different columns.");
  const chosen = names.map((name) => table.columns.find((each) => each.name === name));
  const absent = chosen.findIndex((each) => !each);
  if (absent >= 0) return none(`There is no column ${shown(String(names[absent]))}.`);
  const unfit = chosen.find(({ numbers }) => !numbers);
  if (unfit) return none(`The column ${shown(unfit.name)} does not hold numbers alone: ${unfit.says}.`);
  const whole = [];
  for (let i = 0; i < table.rows; i++) if (chosen.every(({ values }) => !Number.isNaN(values[i]))) whole.push(i);
  const left = table.rows - whole.length;
  if (whole.length === 0) return none("In every row one of the two values is missing.");
  const refused = left > 0 && missing !== "leave out";
  if (refused) return none(`In ${many(left, "row")} a value is missing; shall they be left out?`);
  const values = Float64Array.from({ length: whole.length * chosen.length }, (_, at) =>
    chosen[at % chosen.length].values[whole[Math.floor(at / chosen.length)]],
  );
  const without = left > 0 ? ` Left out: ${many(left, "row")} with a value missing.` : "";
  const X = { n: whole.length, d: chosen.length, values };
  return { X, columns: names, keys: chosen.map(({ key }) => key), said: `${many(X.n, "point")}.${without}` };
}
