// The page's side of Python: cells, their buttons and outputs. One worker, which is begun with the first run.
const here = new URL(".", import.meta.url);
const content = new URL(document.documentElement.dataset.content_root, location.href);
const page = location.pathname.slice(content.pathname.length).replace(/(\.html)?$/, "");
const read = async (name) => (await fetch(new URL(name, here))).json();

let cells; // one for each cell of code, hidden ones too
let facts, sizes, lock;
let worker = null; // {ready, models, run}
const files = []; // those that the reader opened

class Cell {
  constructor(code, bar) {
    Object.assign(this, { code, bar, printed: code });
    if (!bar) return;
    this.status = bar.querySelector("[role=status]");
    this.button = (name) => bar.querySelector(`[data-do=${name}]`);
    this.label = this.button("run").textContent;
    this.pre = bar.parentElement.querySelector("div.highlight");
    this.element = bar.closest(".cell");
    this.builtOutput = this.element.querySelector(":scope > .cell_output");
    this.built = [...this.element.querySelectorAll(":scope > .cell_output img")].map((picture) => picture.closest("figure") ?? picture);
    if (bar.kept !== null) this.code = bar.kept;
  }

  say(text, more = "") {
    if (this.status) this.status.textContent = text;
    this.bar?.querySelector("progress")?.remove();
    if (more) this.status.before(more);
  }

  get edited() {
    return this.code !== this.printed;
  }

  async openEditor() {
    const { edit } = await import("./editor.js");
    if (this.editor) return;
    const place = document.createElement("div");
    place.className = "editor";
    this.pre.hidden = true;
    this.pre.before(place);
    this.editor = edit({
      parent: place,
      code: this.code,
      label: `Code of cell ${cells.indexOf(this) + 1}. Shift and Enter run it, Escape and Tab leave it.`,
      changed: (code) => this.change(code),
      run: () => run(this),
    });
    this.button("edit").hidden = true;
    this.bar.append(fileButton(this));
    this.editor.focus();
  }

  change(code) {
    this.code = code;
    this.button("restore").hidden = !this.edited;
    this.button("restore").textContent = "As printed";
    try {
      if (this.edited) localStorage.setItem(this.bar.key, code);
      else localStorage.removeItem(this.bar.key);
    } catch (blocked) { /* the edit lasts for this page */ }
  }

  // A second press brings the edit back: a phone has no key that undoes.
  async restore() {
    const code = this.edited ? this.printed : this.mine;
    const mine = this.edited ? this.code : null;
    await this.openEditor();
    this.editor.set(code);
    this.change(code);
    if (mine === null) return this.say("Your edit again, not run yet.");
    this.mine = mine;
    this.button("restore").hidden = false;
    this.button("restore").textContent = "My edit";
    this.showBuilt();
    this.say("As printed.");
  }

  showBuilt() {
    this.element.querySelector(":scope > .cell_output")?.remove();
    this.builtOutput?.classList.remove("stale");
    if (this.builtOutput) this.element.append(this.builtOutput);
  }

  // The built output stays, pale, until something new is there.
  await() {
    if (!this.element) return;
    this.fade();
    this.old = this.element.querySelector(":scope > .cell_output");
    this.output = null;
    this.pictures = 0;
  }

  fade() {
    this.element?.querySelector(":scope > .cell_output")?.classList.add("stale");
  }

  get place() {
    if (!this.output) {
      this.output = document.createElement("div");
      this.output.className = "cell_output";
      if (this.old) this.old.replaceWith(this.output);
      else this.element.append(this.output);
      this.old = null;
    }
    return this.output;
  }

  end(right) {
    if (!this.element) return;
    if (this.old && right) this.place; // it shows nothing now
    this.old?.classList.remove("stale");
  }

  stream({ name, text }) {
    if (!this.element) return;
    let last = this.place.lastElementChild;
    if (!last?.matches(`.stream.${name}`)) last = this.put(`output stream ${name}`, "");
    const pre = last.querySelector("pre");
    if (pre.textContent.length < 100_000) pre.append(text);
  }

  put(kind, text) {
    const output = document.createElement("div");
    output.className = kind;
    output.innerHTML = `<div class="highlight"><pre></pre></div>`;
    output.querySelector("pre").textContent = text;
    this.place.append(output);
    return output;
  }

  async display(what) {
    if (!this.element) return;
    const place = document.createElement("div");
    this.place.append(place); // at once: what comes later stands below
    try {
      await this.draw(place, what);
    } catch (unreachable) {
      place.replaceWith(this.put("output error", "What draws this could not be loaded. Is there a connection?"));
    }
  }

  async draw(place, what) {
    if (what["application/vnd.jupyter.widget-view+json"]) await mount(place, what);
    else if (what["image/svg+xml"]) place.append(this.image(`data:image/svg+xml,${encodeURIComponent(what["image/svg+xml"])}`));
    else if (what["image/png"]) place.append(this.image(`data:image/png;base64,${what["image/png"]}`));
    else if (what["text/html"]) place.outerHTML = `<div class="output text_html">${what["text/html"]}</div>`;
    else if (what["text/latex"]) await typeset(place, what["text/latex"]);
    else this.place.replaceChild(this.put("output", `${what["text/plain"]}\n`), place);
  }

  // In the place of the built picture, with its caption, which links lead to.
  image(address) {
    const frame = this.built[this.pictures++]?.cloneNode(true) ?? document.createElement("img");
    const picture = frame.querySelector("img") ?? frame;
    picture.src = address;
    picture.removeAttribute("width");
    picture.removeAttribute("height");
    if (!picture.alt) picture.alt = `Figure of cell ${cells.indexOf(this) + 1}.`;
    if (this.edited) {
      picture.alt = `Drawn by your edit of this cell. As printed: ${picture.alt}`;
      frame.querySelector(".caption-text")?.prepend("As printed: ");
    }
    return frame;
  }

  error({ line, what, trace }) {
    if (!this.element) return;
    this.put("output error", trace);
    this.editor?.mark(line);
    this.wrong = line ? `Line ${line}: ${what}` : what;
  }
}

async function mount(place, { state, buffers, "application/vnd.jupyter.widget-view+json": { model_id: name } }) {
  const host = await widgetHost();
  let entry = worker.models.get(name);
  if (!entry) {
    const changed = (values) => worker.post({ set: { widget: name, values } });
    entry = { state, model: host.makeModel({ state, buffers }, changed) };
    worker.models.set(name, entry);
  }
  await host.render(entry, place);
}

async function widgetHost() {
  if (!globalThis.widgetHost) await import(new URL("../widgets/host.js", here));
  return globalThis.widgetHost;
}

async function typeset(place, latex) {
  const { default: katex } = await import("./katex.mjs");
  const formula = latex.replace(/^\$+|\$+$/g, "");
  place.className = "output text_latex";
  katex.render(formula, place, { displayMode: true, throwOnError: false });
}

function fileButton(cell) {
  const label = document.createElement("label");
  label.className = "open-file";
  label.innerHTML = `<span>Open a file</span><input type="file">`;
  label.querySelector("input").setAttribute("aria-label", "Open a file of yours, for the cells to read");
  label.querySelector("input").addEventListener("change", async ({ target }) => {
    for (const file of target.files) {
      const opened = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      files.push(opened);
      if (worker) worker.post({ file: opened });
      cell.say(`The cells can read it: open("${file.name}")`);
    }
  });
  return label;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

// What of the files of these packages has come, compressed as they are sent.
function progress(cell, packages) {
  const names = ["pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip"];
  names.push(...[...packages].map((name) => lock.packages[name].file_name));
  const total = names.reduce((sum, name) => sum + sizes[name][1], 0);
  const bar = document.createElement("progress");
  bar.max = total;
  bar.setAttribute("aria-label", "Python on its way");
  cell.say("", bar);
  return (received) => {
    const got = names.reduce((sum, name) => sum + sizes[name][1] * Math.min(1, (received[name] ?? 0) / sizes[name][0]), 0);
    bar.value = got;
    bar.title = `${megabytes(got)} of ${megabytes(total)} MB`;
    cell.megabytes.textContent = got < 0.95 * total ? bar.title : "Python starts …";
  };
}

function begin(cell) {
  const packages = facts.packages[cells.indexOf(cell)];
  cell.say("");
  cell.megabytes = document.createElement("span");
  cell.megabytes.className = "megabytes";
  const show = progress(cell, packages);
  cell.bar.querySelector("progress").after(cell.megabytes);
  const thread = new Worker(new URL("worker.js", here), { type: "module" });
  const post = (message) => thread.postMessage(message);
  worker = { thread, post, models: new Map(), cell: null };
  worker.ready = new Promise((resolve, reject) => {
    thread.onerror = () => reject(new Error("it could not be loaded; is there a connection?"));
    thread.onmessage = ({ data }) => {
      if (data.kind === "ready") resolve();
      else if (data.kind === "broken") (worker.broken ?? reject)(new Error(data.what));
      else if (data.kind === "received") show(data.received);
      else hear(data);
    };
  });
  const beside = Promise.all(facts.beside.map(async (name) => {
    const folder = page.split("/").slice(0, -1).join("/");
    const answer = await fetch(new URL(`beside/${folder}/${name}`, here));
    return { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }));
  beside.then((near) => post({
    start: { codes: current(), packages, folder: facts.folder, files: [...near, ...files] },
  }));
}

const current = () => cells.map((cell) => cell.code);

// What the worker says while cells run.
function hear({ kind, cell: number, ...said }) {
  const { asked } = worker;
  if (kind === "begins") {
    worker.cell = cells[number];
    worker.cell.await();
    if (worker.cell !== asked) asked.say(`Cell ${number + 1} first …`);
    else asked.say("Running …");
  } else if (kind === "ended") {
    const cell = worker.cell;
    cell.end(said.right);
    if (said.right) worker.outcome = `Done in ${said.seconds < 0.1 ? "less than 0.1" : said.seconds.toFixed(1)} s.`;
    else worker.outcome = cell === asked ? cell.wrong : `Cell ${number + 1}, which this one needs: ${cell.wrong}`;
  } else if (kind === "done") worker.done();
  else if (kind === "traits") worker.models.get(said.widget)?.model.take(said);
  else worker.shown.push(worker.cell[kind]?.(said));
}

async function run(cell) {
  if (!worker) begin(cell);
  const mine = worker;
  Object.assign(mine, { asked: cell, shown: [] });
  cell.fade();
  cell.editor?.mark(null);
  cell.bar.setAttribute("aria-busy", "true");
  cell.button("run").textContent = "Stop";
  try {
    await mine.ready;
    cell.bar.querySelector(".megabytes")?.remove();
    cell.say("Running …");
    await new Promise((resolve, reject) => {
      Object.assign(mine, { done: resolve, broken: reject });
      const number = cells.indexOf(cell);
      const packages = cells.some((one) => one.edited) ? null : facts.packages[number]; // of an edit, Python sees it
      mine.post({ run: { number, codes: current(), packages } });
    });
    await Promise.all(mine.shown); // a formula may wait for KaTeX, a figure for its program
    if (worker === mine) cell.say(mine.outcome);
  } catch (failed) {
    if (worker === mine) {
      end();
      cell.say(`Python stopped: ${failed.message}. The next run begins anew.`);
    }
  }
  rest(cell);
  mine.asked = null;
}

function rest(cell) {
  cell.button("run").textContent = cell.label;
  cell.bar.removeAttribute("aria-busy");
  dispatchEvent(new Event("output"));
}

function end() {
  worker.thread.terminate();
  for (const cell of cells) {
    cell.bar?.querySelector(".megabytes")?.remove();
  }
  worker = null;
}

function stop(cell) {
  const broken = worker.broken;
  end();
  broken?.(new Error("stopped"));
  rest(cell);
  cell.say("Stopped. What the cells had computed is gone; the next run begins anew.");
}

export async function act(bars, bar, action) {
  if (!cells) {
    const barOf = new Map(bars.map((one) => [Number(one.dataset.cell), one]));
    [facts, sizes, lock] = await Promise.all([read(`cells/${page}.json`), read("sizes.json"), read("../python/pyodide-lock.json")]);
    cells ??= facts.codes.map((code, number) => new Cell(code, barOf.get(number)));
  }
  const cell = cells[Number(bar.dataset.cell)];
  if (action === "edit") await cell.openEditor();
  else if (action === "restore") await cell.restore();
  else if (worker?.asked === cell) stop(cell);
  else if (worker?.asked) {
    rest(cell);
    cell.say(`Cell ${cells.indexOf(worker.asked) + 1} is running; stop it, or wait.`);
  }
  else await run(cell);
}
