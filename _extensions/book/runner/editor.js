// The editor of a cell: CodeMirror, with the little of it that ten lines of Python need. Tab leaves it.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const markLine = StateEffect.define();
const markedLine = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    if (change.docChanged) marks = Decoration.none; // the reader is mending it
    for (const effect of change.effects.filter((one) => one.is(markLine))) {
      const line = effect.value && effect.value <= change.state.doc.lines && change.state.doc.line(effect.value);
      marks = line ? Decoration.set(Decoration.line({ class: "wrong-line" }).range(line.from)) : Decoration.none;
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// The rows of a long line stand below its first letter, and two further in: at the margin they would look like a new line.
const hangingRows = EditorView.decorations.compute(["doc"], ({ doc }) => {
  const lines = [...doc.iterLines()];
  let from = 0;
  return Decoration.set(lines.map((text) => {
    const by = text.match(/^ */)[0].length + 2;
    const style = `padding-left: calc(${by}ch + 6px); text-indent: -${by}ch`;
    const decoration = Decoration.line({ attributes: { style } }).range(from);
    from += text.length + 1;
    return decoration;
  }));
});

export function edit({ parent, code, label, changed, run }) {
  const act = () => (run(), true);
  const view = new EditorView({
    parent,
    doc: code,
    extensions: [
      keymap.of([{ key: "Shift-Enter", run: act }, { key: "Mod-Enter", run: act }, ...defaultKeymap, ...historyKeymap]),
      history(),
      python(),
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      syntaxHighlighting(classHighlighter),
      markedLine,
      EditorView.lineWrapping,
      hangingRows,
      EditorView.contentAttributes.of({ "aria-label": label }),
      EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
    ],
  });
  return {
    focus: () => view.focus(),
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (line) => view.dispatch({ effects: markLine.of(line) }),
  };
}
