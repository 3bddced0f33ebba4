// How the page is dressed for a room: larger for a projector, light or dark, and its keys in a list.

const MODES = ["auto", "light", "dark"];

function dressing({ find, does, layout }) {
  const page = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  const projecting = () => page.classList.contains("projector");
  function project(on) {
    page.classList.toggle("projector", on);
    does("projector").setAttribute("aria-pressed", on);
    layout();
  }
  function dress(mode) {
    page.dataset.mode = mode;
    page.dataset.theme = mode === "auto" ? (systemDark.matches ? "dark" : "light") : mode;
    does("theme").textContent = `Theme: ${mode}`;
  }
  dress(page.dataset.mode ?? "auto");
  systemDark.addEventListener("change", () => dress(page.dataset.mode));

  const doing = {
    projector: () => project(!projecting()),
    theme() {
      dress(MODES[(MODES.indexOf(page.dataset.mode) + 1) % 3]);
      try { localStorage.setItem("mode", page.dataset.mode); } catch (blocked) { /* the choice lasts for this page */ }
    },
    keys: () => find("dialog").showModal(),
  };
  return { doing, projecting, project };
}
