// Buttons below the cells. What they need is loaded when one is pressed: page.js and, for a run, Python.
(() => {
  const here = document.currentScript.src;
  const served = location.protocol !== "file:";

  // An edit is kept under the cell as it is printed: when the book changes a cell, an old edit does not hide it.
  function kept(code) {
    try { return localStorage.getItem(keyOf(code)); } catch (blocked) { return null; }
  }
  function keyOf(code) {
    let hash = 0;
    for (const letter of code) hash = (Math.imul(hash, 31) + letter.codePointAt(0)) | 0;
    return `cell ${location.pathname} ${code.length} ${hash >>> 0}`;
  }

  // "Run here" in the menu leads to the next cell.
  document.querySelector("[data-action=run-here]")?.addEventListener("click", ({ target }) => {
    const shown = bars.filter((bar) => bar.checkVisibility());
    const next = shown.find((bar) => bar.getBoundingClientRect().top > 0) ?? shown.at(-1) ?? bars[0];
    for (let fold = next.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.closest("details").open = false;
    next.querySelector("[data-do=run]").focus();
    next.scrollIntoView({ block: "center" });
  });

  const bars = [...document.querySelectorAll("div.runner")];
  for (const bar of bars) {
    const pre = bar.parentElement.querySelector("pre");
    const printed = pre.textContent.replace(/\n$/, "");
    bar.printed = printed;
    bar.key = keyOf(printed);
    bar.kept = kept(printed);
    const checks = /^check\(/m.test(printed);
    bar.innerHTML = `<button data-do="run">${checks ? "Check" : "Run"}</button><button data-do="edit">Edit</button>` +
      `<button data-do="restore" hidden>As printed</button><span role="status"></span>`;
    const number = Number(bar.dataset.cell) + 1;
    bar.querySelector("[data-do=run]").setAttribute("aria-label", `${checks ? "Check" : "Run"} cell ${number}`);
    bar.querySelector("[data-do=edit]").setAttribute("aria-label", `Edit cell ${number}`);
    bar.querySelector("[data-do=run]").title = `The first run loads ${Math.ceil(bar.dataset.megabytes)} MB.`;
    if (bar.dataset.note) bar.querySelector("span").textContent = bar.dataset.note;
    if (bar.kept !== null) {
      pre.textContent = bar.kept;
      bar.querySelector("[data-do=restore]").hidden = false;
      bar.querySelector("span").textContent = "With your edit, not run yet.";
      bar.closest(".cell").querySelector(":scope > .cell_output")?.classList.add("stale");
    }
    bar.addEventListener("click", async ({ target }) => {
      const action = target.dataset.do;
      if (!action) return;
      if (!served) {
        bar.querySelector("span").textContent =
          "Cells run where the book has a web address: in its folder, python -m http.server gives it one.";
        return;
      }
      if (action === "run") bar.setAttribute("aria-busy", "true");
      const { act } = await import(new URL("page.js", here));
      act(bars, bar, action);
    });
  }
})();
