// The trail that means leave while sigma falls and rises: runs, each { rising, at }, with rows [sigma, place of each mean].

const MOST_RUNS = 24;

// One place more. A run that turns begins where the one before it ended.
function remember(runs, rising, row) {
  let run = runs.at(-1);
  if (!run || (run.rising !== rising && run.at.length > 1)) {
    runs.push((run = { rising, at: run ? [run.at.at(-1)] : [] }));
    if (runs.length > MOST_RUNS) runs.shift();
  }
  run.rising = rising;
  run.at.push(row);
}

// A falling sigma draws a thin line for each of k means, a rising one a broad band below it.
function trails(runs, k, across, up) {
  const line = (at, j) => `M${at.map((row) => `${across.at(row[0]).toFixed(1)} ${up.at(row[j + 1]).toFixed(1)}`).join("L")}`;
  const trail = ({ rising, at }) => Array.from({ length: k }, (_, j) =>
    `<path class="trail ${rising ? "rising" : "falling"}" style="--colour: ${colourOf(j)}" d="${line(at, j)}"/>`).join("");
  return [...runs].sort((a, b) => b.rising - a.rising).map(trail).join("");
}
