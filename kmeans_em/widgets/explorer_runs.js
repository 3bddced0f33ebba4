// Several starts beside each other: k-means to its rest from each seed, a few milliseconds at a time.

const MOST_IN_RUNS = 5000; // points that several starts are tried on
const BREATH = 8; // milliseconds of k-means before the page may breathe

// What the button does; the seed that the reader picks from the table goes to `startAnew`.
function seedsToTry({ find, here, state, startAnew }) {
  let trying = 0; // only the last try goes on
  return () => {
    const mine = ++trying;
    const { X, means } = state();
    const { start, seed } = { ...here().how, start: bySeed(here().how.start) };
    const box = find(".runs");
    if (X.n < means.length) return void (box.textContent = "There are fewer points than means: add points, or lower k.");
    const every = Math.ceil(X.n / MOST_IN_RUNS);
    const seeds = Array.from({ length: HOW_MANY_RUNS }, (_, t) => (seed + t) >>> 0);
    const work = eachRun(thinned(X, every), means.length, start, seeds);
    const found = [];
    const go = () => {
      if (mine !== trying) return;
      for (const until = performance.now() + BREATH; performance.now() < until; ) {
        const { done, value } = work.next();
        if (done) return;
        if (!value) continue;
        found.push(value);
        writeRuns(box, found, start, every, (chosen) => startAnew({ start, seed: chosen }));
      }
      setTimeout(go);
    };
    go();
  };
}

function writeRuns(box, found, start, every, show) {
  const best = Math.min(...found.map(({ J }) => J));
  const row = ({ seed, J }) => `<tr${J <= best * (1 + 1e-9) ? ' class="best"' : ""}><th scope="row">${seed}</th><td>${short(J)}</td><td>${button("take", "Show", ` data-seed="${seed}" aria-label="Show seed ${seed}"`)}</td></tr>`;
  box.innerHTML = `<table><caption>k-means to rest, from ${STARTS[start]}${every > 1 ? `, on one point of ${every}` : ""}${found.length < HOW_MANY_RUNS ? " …" : ""}</caption>
    <thead><tr><th scope="col">seed</th><th scope="col">J</th><th scope="col"><span class="unseen">show it</span></th></tr></thead><tbody>${found.map(row).join("")}</tbody></table>`;
  for (const take of box.querySelectorAll("[data-do=take]")) take.addEventListener("click", () => show(+take.dataset.seed));
}
