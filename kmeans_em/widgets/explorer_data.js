// The data of the explorer page's menu, as explorer_menu.py writes them.

// The data of a menu's entry: { n, d, values }.
export function unpack({ shape: [n, d], values }) {
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return { n, d, values: Float64Array.from({ length: n * d }, (_, at) => view.getFloat64(8 * at, true)) };
}
