// The picture as a file. Few points are drawn as shapes; many, and the shaded field, as the pixels that they are.

const PAINTED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-style", "font-weight", "text-anchor"];
const brief = (x) => +x.toFixed(2);

// Draws as a canvas does, and writes SVG: as much of one as points and lines need.
function svgPen() {
  const shapes = [];
  let way = "";
  const shape = (paint) => shapes.push(`<path d="${way}" opacity="${brief(pen.globalAlpha)}" ${paint}/>`);
  const pen = {
    globalAlpha: 1, fillStyle: "", strokeStyle: "", lineWidth: 1,
    save() {},
    restore() { pen.globalAlpha = 1; },
    beginPath() { way = ""; },
    closePath() { way += "Z"; },
    moveTo(x, y) { way += `M${brief(x)} ${brief(y)}`; },
    lineTo(x, y) { way += `${way ? "L" : "M"}${brief(x)} ${brief(y)}`; },
    rect(x, y, width, height) { way += `M${brief(x)} ${brief(y)}h${width}v${height}h${-width}Z`; },
    arc(x, y, r) { way += `M${brief(x - r)} ${brief(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`; },
    fill() { shape(`fill="${pen.fillStyle}"`); },
    stroke() { shape(`fill="none" stroke="${pen.strokeStyle}" stroke-width="${pen.lineWidth}"`); },
    svg: () => shapes.join(""),
  };
  return pen;
}

// A copy of a drawing that needs no stylesheet.
function withItsPaint(svg) {
  const copy = svg.cloneNode(true);
  const parts = [...copy.querySelectorAll("*")];
  [...svg.querySelectorAll("*")].forEach((part, i) => {
    const style = getComputedStyle(part);
    if (part.matches("path, line, rect, circle, ellipse, text, tspan")) {
      for (const name of PAINTED) parts[i].setAttribute(name, style.getPropertyValue(name));
    }
    parts[i].removeAttribute("class");
    parts[i].removeAttribute("style");
  });
  return copy.innerHTML;
}

// The stage as SVG, with what is said of it.
function drawingOf(root, figure, drawn, { title, words }) {
  const stage = root.querySelector(".stage");
  const [width, height] = [stage.clientWidth, stage.clientHeight];
  const style = getComputedStyle(root);
  const own = (name) => style.getPropertyValue(name).trim();
  const image = (canvas, x, y, wide, high, more = "") =>
    `<image href="${canvas.toDataURL()}" x="${x}" y="${y}" width="${wide}" height="${high}" preserveAspectRatio="none" ${more}/>`;
  let behind;
  if (drawn.X.n > MANY) behind = image(root.querySelector(".stage canvas"), 0, 0, width, height);
  else {
    const pen = svgPen();
    figure.marks(pen, drawn);
    const field = figure.field?.();
    behind = (field ? inside(field.box, image(field.canvas, field.left, field.top, field.canvas.width, field.canvas.height, 'opacity="0.18"')) : "") + pen.svg();
  }
  const discs = drawn.means.map((mean, j) => {
    const [x, y] = figure.toScreen(mean).map(brief);
    return `<circle cx="${x}" cy="${y}" r="13" fill="${own(`--cluster-${j + 1}`)}" stroke="${own("--paper")}" stroke-width="2"/>
      <text x="${x}" y="${y + 4.5}" text-anchor="middle" font-size="13" font-weight="600" fill="${own("--paper")}">${j + 1}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${style.fontFamily.replace(/"/g, "'")}">
<title>${escaped(title)}</title><desc>${escaped(words)}</desc>
<rect width="${width}" height="${height}" fill="${own("--paper")}"/>
${behind}
${withItsPaint(stage.querySelector("svg"))}
${discs.join("")}
</svg>`;
}

const asBlob = (svg) => new Blob([svg], { type: "image/svg+xml" });

// The drawing in pixels, twice as many a side.
async function pixelsOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
