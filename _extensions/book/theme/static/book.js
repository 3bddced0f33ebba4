// The page works without this file. It adds: the theme switch, copy buttons, tab stops and shadows on boxes that
// scroll, the heading one is reading marked in "on this page", what paper needs, and the search.

const page = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const modes = ["auto", "light", "dark"];
const themeButton = document.querySelector("[data-action=theme]");

function showTheme(mode) {
  page.dataset.mode = mode;
  page.dataset.theme = mode === "auto" ? (systemDark.matches ? "dark" : "light") : mode;
  themeButton.querySelector("span").textContent = `Theme: ${mode}`;
}

themeButton.addEventListener("click", () => {
  const mode = modes[(modes.indexOf(page.dataset.mode) + 1) % modes.length];
  showTheme(mode);
  try { localStorage.setItem("mode", mode); } catch (blocked) { /* the choice lasts for this page */ }
});
systemDark.addEventListener("change", () => showTheme(page.dataset.mode));
showTheme(page.dataset.mode);

all("[data-action=print]").forEach((button) => button.addEventListener("click", () => window.print()));

document.addEventListener("click", (event) => {
  all("details.more[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.more[open]");
  if (event.key === "Escape" && menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  }
});

if (navigator.clipboard) {
  all(".cell_input pre, div.highlight-bash pre, div.highlight-console pre").forEach((code) => {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    code.parentElement.append(button);
  });
}

const SCROLLERS = "pre, .equation, .wide, .math.boxed, .cell_output .text_html, .tag_output_scroll .cell_output";

function boxWideFormulas() {
  const formulas = all("article span.math").filter((formula) => !formula.closest(".wide, .text_html, .margin"));
  formulas.forEach((formula) => formula.classList.remove("boxed"));
  const edge = document.querySelector("article").getBoundingClientRect().right + 1;
  const wide = formulas.filter((formula) => formula.getBoundingClientRect().right > edge);
  wide.forEach((formula) => formula.classList.add("boxed"));
}

function markEdges(box) {
  const room = box.scrollWidth - box.clientWidth;
  box.classList.toggle("more-left", box.scrollLeft > 1);
  box.classList.toggle("more-right", room - box.scrollLeft > 1);
}

function markScrollers() {
  boxWideFormulas();
  all(SCROLLERS).forEach((box) => {
    const higher = box.matches(".cell_output") && box.scrollHeight > box.clientHeight;
    if (box.scrollWidth > box.clientWidth || higher) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    markEdges(box);
  });
}
addEventListener("load", markScrollers);
addEventListener("resize", markScrollers);
addEventListener("output", markScrollers); // a cell was run in the page
addEventListener("toggle", markScrollers, true); // what was folded away has no width
addEventListener("scroll", ({ target }) => target !== document && target.matches(SCROLLERS) && markEdges(target), true);

const links = new Map(all(".on-this-page a[href^='#']").map((link) => [link.hash.slice(1), link]));
const inView = new IntersectionObserver((entries) => {
  const entry = entries.find((one) => one.isIntersecting);
  if (!entry) return;
  links.forEach((link, id) => link.toggleAttribute("data-here", id === entry.target.id));
}, { rootMargin: "0px 0px -70% 0px" });
all("article section[id]").forEach((section) => links.has(section.id) && inView.observe(section));

// What an old address names may have moved to another page: `places.json` knows where every anchor lives now.
async function followTheMoved() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!anchor || document.getElementById(anchor)) return;
  const root = new URL(page.dataset.content_root, location.href);
  try {
    const places = await (await fetch(new URL("_static/places.json", root))).json();
    if (places[anchor]) location.replace(new URL(places[anchor] + location.hash, root));
  } catch (unreachable) { /* the reader is on the right chapter at least */ }
}
followTheMoved();

// On paper nothing is folded, answers stand at the end, and words say what the picture of a figure that moves shows.
let asOnTheScreen = [];
addEventListener("beforeprint", () => {
  all("article details:not([open])").forEach((folded) => {
    folded.open = true;
    asOnTheScreen.push(() => (folded.open = false));
  });
  all(".widget-picture img").forEach((picture) => {
    const words = Object.assign(document.createElement("p"), { className: "shows", textContent: picture.alt });
    picture.after(words);
    asOnTheScreen.push(() => words.remove());
  });
  const answers = document.createElement("section");
  answers.innerHTML = "<h2>Answers</h2>";
  all("article .solution").forEach((solution) => {
    const block = solution.closest("details") ?? solution;
    const place = document.createComment("");
    block.replaceWith(place);
    answers.append(block);
    asOnTheScreen.push(() => place.replaceWith(block));
  });
  if (answers.children.length > 1) document.querySelector("article").append(answers);
  asOnTheScreen.push(() => answers.remove());
});
addEventListener("afterprint", () => {
  asOnTheScreen.forEach((undo) => undo());
  asOnTheScreen = [];
});

// Nothing of the search is loaded before a search field has the focus.
function loadSearch(field) {
  if (!field?.matches("input[type=search]") || document.querySelector("script[src$='_static/search.js']")) return;
  const script = document.createElement("script");
  script.src = new URL("_static/search.js", new URL(page.dataset.content_root, location.href));
  document.head.append(script);
}
document.addEventListener("focusin", (event) => loadSearch(event.target));
loadSearch(document.activeElement);
