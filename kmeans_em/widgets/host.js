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

  async function mount(script, models) {
    const entry = models[JSON.parse(script.textContent).model_id];
    const el = document.createElement("div");
    const owner = models[entry?.state._module_of] ?? entry; // the build writes a module into the page once
    if (!owner?.state._esm) {
      el.className = "needs-kernel";
      el.textContent = "This control needs a running Python: start the notebook to use it.";
      script.before(el);
      return;
    }
    entry.model ??= makeModel(entry);
    // on the screen the widget takes the place of its picture; on paper the picture stays
    const picture = script.parentElement.querySelector(".widget-picture");
    if (picture) {
      picture.classList.add("replaced");
      el.className = "replacement";
    }
    script.before(el);
    await render(entry, el, owner);
  }

  async function render(entry, el, owner = entry) {
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

  function mountAll() {
    const models = {};
    for (const script of document.querySelectorAll(STATE)) Object.assign(models, JSON.parse(script.textContent).state);
    for (const script of document.querySelectorAll(VIEW)) mount(script, models);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
