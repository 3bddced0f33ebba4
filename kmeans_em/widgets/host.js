// Mounts the page's widgets without a kernel: reads the widget state that the build wrote into the
// page and hands each ES module a model, as Jupyter would. Python in the page uses the same (`widgetHost`).
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  function decoded({ state, buffers = [] }) {
    const values = structuredClone(state);
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const parent = path.slice(0, -1).reduce((node, key) => node[key], values);
      parent[path.at(-1)] = new DataView(bytes.buffer);
    }
    return values;
  }

  // `changed` is told the values that a figure saved; without a kernel there is nobody to tell.
  function makeModel(saved, changed = () => {}) {
    const values = decoded(saved);
    let unsaved = {};
    const events = new EventTarget();
    const listeners = new Map();
    return {
      get: (name) => values[name],
      set(name, value) {
        if (values[name] === value) return;
        values[name] = unsaved[name] = value;
        events.dispatchEvent(new Event(`change:${name}`));
      },
      save_changes() {
        changed(unsaved);
        unsaved = {};
      },
      take(news) {
        for (const [name, value] of Object.entries(decoded(news))) {
          values[name] = value;
          events.dispatchEvent(new Event(`change:${name}`));
        }
      },
      on(name, listener) {
        if (!listeners.has(listener)) listeners.set(listener, () => listener());
        events.addEventListener(name, listeners.get(listener));
      },
      off: (name, listener) => events.removeEventListener(name, listeners.get(listener)),
    };
  }

  const NEEDS_PYTHON = "This control needs a running Python: start the notebook to use it.";
  const FIRST_OUTPUT = "This is what it showed first. It moves in a running Python: start the notebook.";
  const IMAGES = ["image/svg+xml", "image/png", "image/jpeg", "image/gif"];

  function make(tag, text = "", className = "") {
    return Object.assign(document.createElement(tag), { textContent: text, className });
  }

  function makeHtml(html) {
    const box = make("div", "", "text_html");
    box.innerHTML = html;
    return box;
  }

  // One of ours, or of anybody else who writes ES modules for anywidget.
  async function render(entry, el, owner = entry) {
    entry.model ??= makeModel(entry);
    owner.module ??= import(URL.createObjectURL(new Blob([owner.state._esm], { type: "text/javascript" })));
    if (owner.state._css) {
      const style = document.createElement("style");
      style.textContent = owner.state._css;
      el.append(style);
    }
    const place = document.createElement("div");
    el.append(place);
    await (await owner.module).default.render({ model: entry.model, el: place });
  }

  globalThis.widgetHost = { makeModel, render };

  // What a cell printed or displayed into an Output.
  function showOutput({ output_type, text, data = {}, metadata = {}, evalue, ename }) {
    if (output_type === "stream") return make("pre", text);
    if (output_type === "error") return make("pre", `${ename}: ${evalue}`);
    const kind = IMAGES.find((name) => data[name]);
    if (kind) {
      const image = make("img");
      const drawing = [data[kind]].flat().join("");
      image.alt = metadata.alt ?? "";
      image.src = `data:${kind}${kind.includes("svg") ? `,${encodeURIComponent(drawing)}` : `;base64,${drawing}`}`;
      return image;
    }
    return data["text/html"] ? makeHtml([data["text/html"]].flat().join("")) : make("pre", data["text/plain"] ?? "");
  }

  function showBox({ state, show }) {
    const box = make("div", "", "widget-box");
    const across = state._model_name === "HBoxModel";
    box.style.cssText = `display: flex; flex-flow: ${across ? "row wrap" : "column"}; gap: .5rem 1rem;`;
    box.append(...state.children.map(show));
    if (state._dom_classes?.includes("widget-interact")) box.append(make("p", FIRST_OUTPUT, "needs-kernel"));
    return box;
  }

  function showFolds({ state, show, id }) {
    const folds = make("div", "", "widget-tabs");
    folds.append(...state.children.map((child, place) => {
      const fold = make("details", "", "fold");
      fold.name = `tabs-${id}`;
      fold.open = place === (state.selected_index ?? -1);
      fold.append(make("summary", state.titles?.[place] || `${place + 1}`), show(child));
      return fold;
    }));
    return folds;
  }

  const SHOWN = {
    BoxModel: showBox, VBoxModel: showBox, HBoxModel: showBox, GridBoxModel: showBox,
    TabModel: showFolds, AccordionModel: showFolds,
    StackModel: ({ state, show }) => show(state.children[state.selected_index ?? 0]),
    OutputModel({ state }) {
      const box = make("div", "", "widget-output");
      box.append(...state.outputs.map(showOutput));
      return box;
    },
    HTMLModel: ({ state }) => makeHtml(state.value),
    HTMLMathModel: ({ state }) => makeHtml(state.value),
    LabelModel: ({ state }) => make("span", state.value),
  };

  function showControl({ description, value, _options_labels: options, index }, alone) {
    const stands = options ? options[index] : value;
    const said = [description, ["string", "number", "boolean"].includes(typeof stands) ? `${stands}` : ""];
    const named = said.filter(Boolean).join(": ");
    return make("p", alone ? [named, NEEDS_PYTHON].filter(Boolean).join(". ") : named, "needs-kernel");
  }

  function show(id, models, mounted, inInteract = false) {
    const entry = models[id.replace("IPY_MODEL_", "")];
    const el = document.createElement("div");
    if (!entry) return Object.assign(el, { textContent: NEEDS_PYTHON, className: "needs-kernel" });
    const { state } = entry;
    const owner = models[state._module_of] ?? entry; // the build writes a module into the page once
    const within = inInteract || state._dom_classes?.includes("widget-interact");
    if (owner.state._esm) mounted.push(render(entry, el, owner));
    else if (SHOWN[entry.model_name]) {
      el.append(SHOWN[entry.model_name]({ state, id, show: (child) => show(child, models, mounted, within) }));
    } else el.append(showControl(state, !inInteract));
    return el;
  }

  async function mount(script, models) {
    const mounted = [];
    const el = show(JSON.parse(script.textContent).model_id, models, mounted);
    // on the screen the widget takes the place of its picture; on paper the picture stays
    const picture = script.parentElement.querySelector(".widget-picture");
    if (picture) {
      picture.classList.add("replaced");
      el.className = "replacement";
    }
    script.before(el);
    await Promise.all(mounted);
  }

  // jslink and jsdlink between two figures of the page.
  function link(models) {
    const end = ([id, trait]) => [models[id.replace("IPY_MODEL_", "")]?.model, trait];
    for (const { model_name: kind, state } of Object.values(models)) {
      if (kind !== "LinkModel" && kind !== "DirectionalLinkModel") continue;
      const [[source, from], [target, to]] = [end(state.source), end(state.target)];
      if (!source || !target) continue;
      source.on(`change:${from}`, () => target.set(to, source.get(from)));
      if (kind === "LinkModel") target.on(`change:${to}`, () => source.set(from, target.get(to)));
    }
  }

  async function mountAll() {
    const models = {};
    for (const script of document.querySelectorAll(STATE)) Object.assign(models, JSON.parse(script.textContent).state);
    await Promise.all([...document.querySelectorAll(VIEW)].map((script) => mount(script, models)));
    link(models);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
