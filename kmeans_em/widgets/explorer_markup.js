// What the explorer page is made of, before anything is drawn.

const PAUSES = [1200, 700, 350, 160, 40]; // milliseconds between two steps of Run
const HOW_MANY_RUNS = 10;
const STARTS = { hand: "by hand", random: "random points", farthest: "farthest point", plusplus: "k-means++" };
const TOOLS = { move: "Move", add: "Add", remove: "Delete" };
const TABS = { data: "Data", start: "Start", look: "Options", numbers: "Curves", share: "Share" };
const READINGS = { inertia: "J", "free-energy": "F<sub>σ</sub>", "log-likelihood": "log L", steps: "steps" };
const SWITCHES = {
  twins: '<span class="twin-key"></span> k-means from the same start',
  lines: "lines to the means",
  follow: "means follow EM as σ changes",
  "learn-sigma": "EM learns σ, too",
  "learn-weights": "EM learns the weights, too",
};

const KEYS = {
  s: "Step", h: "half a step", b: "Back", r: "Run, or pause", u: "Undo", "[ and ]": "σ down and up",
  "m, a, d": "move, add, delete points", arrows: "move the cross, or the mean that has the focus; with Shift further",
  Enter: "use the tool at the cross; with Move, take the point there and let it go", Esc: "put the cross away",
};

const option = (names) => Object.entries(names).map(([name, words]) => `<option value="${name}">${words}</option>`).join("");
const button = (name, words, more = "") => `<button type="button" data-do="${name}"${more}>${words}</button>`;

const PAGE = `<div class="layout">
  <div class="stage" tabindex="0" role="application" aria-describedby="summary">
    <canvas></canvas><svg aria-hidden="true"></svg><div class="handles"></div><div class="cross" hidden></div>
    <p class="hint" role="status"></p>
  </div>
  <div class="controls deck">
    <dl class="numbers">${Object.entries(READINGS).map(([name, symbol]) => `<div><dt>${symbol}</dt><dd data-is="${name}"></dd></div>`).join("")}</dl>
    <div class="buttons">
      ${button("step", "Step")}${button("half", "M-step")}${button("back", "Back")}${button("run", "Run")}${button("reset", "Reset")}
    </div>
    <div class="slider">
      <span aria-hidden="true">σ</span><input type="range" min="0" max="${POSITIONS}" step="1" aria-label="σ" data-is="sigma">
      ${button("play", "")}
      <div class="slider-ends" aria-hidden="true"><span>0: k-means</span><span class="sigma-readout"></span><span>softer</span></div>
    </div>
    <p class="summary" role="status" id="summary"></p>
  </div>
  <div class="side">
    <div class="tabs" role="tablist" aria-label="Controls">
      ${Object.entries(TABS).map(([name, words]) => `<button type="button" role="tab" id="tab-${name}" aria-controls="panel-${name}" data-tab="${name}">${words}</button>`).join("")}
    </div>
    ${panelOf("data", `
      <label class="field">Data <select data-is="data"></select></label>
      <div class="buttons" role="radiogroup" aria-label="What a click in the picture does">
        ${Object.entries(TOOLS).map(([name, words]) => `<button type="button" role="radio" data-tool="${name}">${words}</button>`).join("")}
        ${button("undo", "Undo")}${button("clear", "Clear")}
      </div>
      <p class="note" data-is="tool"></p>
      <div class="buttons"><label class="file">Open a table (CSV) <input type="file" accept=".csv,.tsv,.txt,text/*" data-is="file"></label>${button("paste", "Paste a table", ' aria-expanded="false"')}</div>
      <div class="paste" hidden>
        <textarea rows="5" data-is="pasted" aria-label="A table: a row a line, one or two columns of numbers" spellcheck="false"></textarea>
        <div class="buttons">${button("read", "Read it")}</div>
      </div>
      <div class="table"></div>
      <div class="buttons"><label class="file">Open a photograph <input type="file" accept="image/*" data-is="photograph"></label></div>
      <div class="pictures" hidden>
        <figure><canvas data-is="hard" role="img"></canvas><figcaption></figcaption></figure>
        <figure><canvas data-is="soft" role="img"></canvas><figcaption></figcaption></figure>
      </div>`)}
    ${panelOf("start", `
      <label class="field">k, the number of means <input type="range" min="1" max="${MOST_MEANS}" step="1" data-is="k"><output data-is="k-says"></output></label>
      <label class="field">Start <select data-is="start">${option(STARTS)}</select></label>
      <label class="field">Seed <input type="number" min="0" max="4294967295" step="1" inputmode="numeric" data-is="seed">${button("again", "Next seed")}</label>
      <div class="buttons">${button("runs", `Try ${HOW_MANY_RUNS} seeds`)}</div>
      <div class="runs"></div>`)}
    ${panelOf("look", `
      <label class="field">Speed of Run <input type="range" min="0" max="${PAUSES.length - 1}" step="1" value="2" data-is="speed" aria-valuetext="middle"></label>
      <div class="switches">${Object.entries(SWITCHES).map(([name, words]) => `<label class="box"><input type="checkbox" role="switch" data-is="${name}"> ${words}</label>`).join("")}</div>
      <p class="note why" id="why"></p>
      <div class="weights"></div>`)}
    ${panelOf("share", `
      <label class="field">Link <input type="text" readonly data-is="link">${button("copy-link", "Copy")}</label>
      <p class="note" data-is="link-says"></p>
      <div class="buttons">${button("python", "Copy as Python")}${button("svg", "Save SVG")}${button("png", "Save PNG")}${button("embed", "Copy embed code")}</div>
      <textarea class="copied" readonly rows="8" aria-label="What was copied" spellcheck="false" hidden></textarea>`)}
    ${panelOf("numbers", `<svg class="panel history" height="268" role="img"></svg>`)}
  </div></div>
  <dialog aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2>
    <p>They work while the picture or a mean has the focus: click it, or press Tab.</p>
    <dl>${Object.entries(KEYS).map(([key, words]) => `<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`).join("")}</dl>
    <form method="dialog"><button>Close</button></form></dialog>`;

const TOOLBAR = `${button("keys", "Keys", ' class="tool"')}${button("projector", "Projector", ' class="tool" aria-pressed="false"')}${button("theme", "Theme", ' class="tool"')}`;

// What the menu cannot open, and shows where the reader has.
const OTHER_DATA = '<option value="own" hidden>Own points</option><option value="photograph" hidden>A photograph</option>';

function panelOf(name, content) {
  return `<div class="tab-panel" role="tabpanel" tabindex="0" id="panel-${name}" aria-labelledby="tab-${name}" data-panel="${name}">${content}</div>`;
}
