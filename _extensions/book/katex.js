// One line in, [latex, options]; one line out, {html} or {error}. Ends when the build closes its end of the pipe.
const katex = require(process.argv[2]);

// KaTeX lets a name alone, as in R_{\min}, stand as two children, itself and "apply", where MathML has room for one.
function keepTogether(node) {
  for (const [index, child] of (node.children ?? []).entries()) {
    const loose = /^m(sub|sup|under|over|frac|root)/.test(node.type) && child.constructor !== node.constructor;
    if (loose) node.children[index] = new node.constructor("mrow", child.children);
    keepTogether(child);
  }
  return node;
}

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = { html: keepTogether(katex.__renderToDomTree(...JSON.parse(line))).toMarkup() };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
