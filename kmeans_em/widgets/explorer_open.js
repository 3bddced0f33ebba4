// What the reader opens: a table of points, or a photograph. Nothing on the page changes until it has been read.

// A table, from a file, a drop or the clipboard; its columns are offered, and the first two taken.
function openingTables({ root, find, is, does, keep, pause, load, settings }, papaparse) {
  let [table, text, fileName] = [null, "", "points.csv"];

  const refused = (sentence) => ({ columns: [], rows: 0, reading: "", problems: [sentence], questions: [] });
  async function read(words, choices = {}) {
    text = words;
    try {
      await papaparse();
      table = readTable(words, choices);
    } catch (broken) {
      table = refused("This cannot be read as a table.");
    }
    const fit = table.columns.filter(({ numbers }) => numbers).map(({ name }) => name);
    tell(fit);
    if (fit.length > 0) take(fit.slice(0, 2));
  }
  async function readFile(file) {
    if (!file) return;
    fileName = file.name;
    if (file.size <= LONGEST_TEXT) return read(await file.text());
    table = refused(`The file has more than ${LONGEST_TEXT / 1e6} million letters; it is not read.`);
    tell([]);
  }

  // How it was read, what could not be, and which columns fit.
  function tell(fit) {
    const box = find(".table");
    box.replaceChildren();
    const line = (words, name = "note") => {
      const p = Object.assign(document.createElement("p"), { className: name, textContent: words });
      box.append(p);
      return p;
    };
    if (table.reading) line(table.reading);
    for (const problem of table.problems) line(problem, "note problem");
    for (const { said, offer, choices } of table.questions) {
      const other = Object.assign(document.createElement("button"), { type: "button", textContent: offer });
      other.addEventListener("click", () => read(text, choices));
      line(`${said} `).append(other);
    }
    for (const { name, numbers, says } of table.columns) if (says) line(`${name}: ${says}.`);
    if (fit.length === 0) return;
    const [across, up] = [pickColumn("Across", fit, fit[0]), pickColumn("Up", ["", ...fit], fit[1] ?? "")];
    for (const { label, select } of [across, up]) {
      box.append(label);
      select.addEventListener("change", () => take([across, up].map((one) => one.select.value).filter(Boolean)));
    }
    line("", "note said").setAttribute("role", "status");
  }
  function take(names) {
    const { X, columns, keys, said } = chooseColumns(table, names);
    find(".table .said").textContent = said;
    if (!X) return;
    pause();
    keep();
    load({ name: "own", title: "Own table", columns, file: { name: fileName, columns: keys, form: table.form } }, X, settings());
  }

  is("file").addEventListener("change", () => { readFile(is("file").files[0]); is("file").value = ""; });
  for (const name of ["dragover", "drop"]) {
    root.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (name === "drop") readFile(event.dataTransfer.files[0]);
    });
  }
  return {
    paste() {
      const box = find(".paste");
      box.hidden = !box.hidden;
      does("paste").setAttribute("aria-expanded", !box.hidden);
      if (!box.hidden) is("pasted").focus();
    },
    read: () => read(is("pasted").value),
  };
}

function pickColumn(words, names, chosen) {
  const label = Object.assign(document.createElement("label"), { className: "field", textContent: words });
  const select = document.createElement("select");
  for (const name of names) select.append(new Option(name || "none: a line", name));
  select.value = chosen;
  label.append(select);
  return { label, select };
}

// A photograph: its colours are the points.
function openingPhotographs({ is, keep, pause, load, settings, pickTool, say }) {
  async function open(file) {
    if (!file) return;
    try {
      const photo = await readPhotograph(file);
      const now = settings();
      pause();
      keep();
      load({ name: "photograph", title: "A photograph", columns: ["red", "green", "blue"], photo }, coloursOf(photo), { ...now, k: Math.max(4, now.k), learn: [] });
      pickTool("move");
    } catch (broken) {
      say("This file is no picture that the browser can read; JPEG, PNG and WebP work.");
    }
  }
  is("photograph").addEventListener("change", () => { open(is("photograph").files[0]); is("photograph").value = ""; });
}

// It again, with the colours of the means: each pixel the nearest one, and the blend of its shares.
function paintPictures({ find, is }, photo, { means, sigma, weights }) {
  find(".pictures").hidden = !photo;
  if (!photo) return;
  for (const [name, at, words] of [["hard", 0, "nearest colour"], ["soft", sigma, "blend of the shares"]]) {
    const colours = quantised(photo, means, at, logOf(weights));
    paintPicture(is(name), photo, colours);
    const says = `${name}: ${words}, ${levelsOff(photo, colours).toFixed(1)} levels off`;
    is(name).nextElementSibling.textContent = says;
    is(name).setAttribute("aria-label", `The photograph with ${means.length} colours, ${says}`);
  }
}
