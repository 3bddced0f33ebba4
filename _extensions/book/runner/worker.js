// Python, in a worker of the page. Told {start}, {run}, {set} or {file}; tells {kind, …}.
const root = new URL("../python/", import.meta.url).href;
const engine = import(`${root}pyodide.mjs`); // while the page gets ready
let python, session, received = {};

// What comes over the network is counted, for the bar. Not the engine: a stream of ours would keep a browser from
// taking what it compiled of it last time.
const plainFetch = self.fetch;
self.fetch = async (...request) => {
  const response = await plainFetch(...request);
  const name = new URL(response.url).pathname.split("/").pop();
  if (!response.ok || !response.body || name.endsWith(".wasm")) return response;
  const counter = new TransformStream({
    transform(chunk, stream) {
      count(name, chunk.byteLength);
      stream.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: response.headers, status: response.status });
};
const compile = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = async (...module) => {
  const made = await compile(...module);
  count("pyodide.asm.wasm", Infinity);
  return made;
};

function count(name, bytes) {
  received[name] = (received[name] ?? 0) + bytes;
  postMessage({ kind: "received", received });
}

async function start({ codes, packages, folder, files }) {
  const { loadPyodide } = await engine;
  python = await loadPyodide({
    indexURL: root,
    packages: ["runner", "kmeans-em", ...packages],
    env: { MPLBACKEND: "agg", HOME: "/home/pyodide" },
  });
  session = python.pyimport("session");
  const tell = (kind, what) => postMessage({ kind, ...JSON.parse(what) });
  session.tell = tell;
  session.begin(folder);
  files.forEach(keep);
  take(codes);
  postMessage({ kind: "ready" });
}

function take(codes) {
  session.codes = python.toPy(codes);
}

function keep({ name, bytes }) {
  const place = name.split("/").slice(0, -1).join("/");
  if (place) python.FS.mkdirTree(place);
  python.FS.writeFile(name, bytes);
}

async function run({ number, codes, packages }) {
  take(codes);
  const plan = session.wanted(number);
  const { cells, lines } = JSON.parse(plan);
  await python.loadPackage(packages ?? packagesFor(JSON.parse(session.imported(plan))), { messageCallback() {} });
  for (const cell of cells) {
    postMessage({ kind: "begins", cell });
    const begun = performance.now();
    const right = session.run(cell, JSON.stringify(lines));
    postMessage({ kind: "ended", cell, right, seconds: (performance.now() - begun) / 1000 });
    if (!right) break;
  }
  postMessage({ kind: "done" });
}

function packagesFor(modules) {
  const known = Object.values(python.lockfile.packages);
  return known.filter((one) => one.imports.some((name) => modules.includes(name))).map((one) => one.name);
}

let turn = Promise.resolve(); // one thing at a time
onmessage = ({ data }) => {
  turn = turn.then(async () => {
    try {
      if (data.start) await start(data.start);
      if (data.run) await run(data.run);
      if (data.set) session.set_traits(data.set.widget, JSON.stringify(data.set.values));
      if (data.file) keep(data.file);
    } catch (error) {
      postMessage({ kind: "broken", what: String(error.message ?? error) });
    }
  });
};
