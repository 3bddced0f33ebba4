// Pictures that were drawn ahead, one at a time, and a slider for each parameter.

const SKELETON = `<div class="layout">
  <div class="stage"><img></div>
  <div class="controls"></div>
  <p class="summary" role="status"></p></div>`;

const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const kindOf = (picture) => (String.fromCharCode(...picture.slice(8, 12)) === "WEBP" ? "image/webp" : "image/png");

// Which of the pictures: the last parameter's values run fastest.
export const frameAt = (at, sizes) => at.reduce((frame, place, p) => frame * sizes[p] + place, 0);

function render({ model, el }) {
  const root = frameIn(el, "sweep", model.get("label"), SKELETON);
  const find = (selector) => root.querySelector(selector);
  const [names, values, words] = ["names", "values", "words"].map((name) => model.get(name));
  const sizes = values.map((list) => list.length);
  const addresses = model.get("pictures").map(bytes).map((picture) =>
    URL.createObjectURL(new Blob([picture], { type: kindOf(picture) })));
  const image = find("img");
  image.width = model.get("width");
  const tell = telling(model);
  const draw = onceAFrame(paint);
  const summarise = unhurried(() => { find(".summary").textContent = words[frameAt(model.get("at"), sizes)]; });

  const sliders = names.map((name, p) => {
    const label = document.createElement("label");
    label.className = "slider";
    label.innerHTML = `<span></span><input type="range" min="0" max="${sizes[p] - 1}" step="1"><output></output>`;
    label.firstChild.textContent = name;
    const [input, output] = [label.querySelector("input"), label.querySelector("output")];
    input.setAttribute("aria-label", name);
    input.addEventListener("input", () => tell("at", model.get("at").map((place, q) => (q === p ? +input.value : place))));
    return { label, input, output };
  });
  find(".controls").append(...sliders.map(({ label }) => label));

  function paint() {
    const at = model.get("at");
    const frame = frameAt(at, sizes);
    image.src = addresses[frame];
    image.alt = words[frame];
    sliders.forEach(({ input, output }, p) => {
      input.value = at[p];
      output.textContent = values[p][at[p]];
      input.setAttribute("aria-valuetext", `${names[p]} = ${values[p][at[p]]}`);
    });
    summarise();
  }

  const forget = () => addresses.forEach(URL.revokeObjectURL);
  return live(root, model, draw, { at: draw }, draw.end, summarise.end, forget);
}

export default { render };
