// `node compile.mjs PYODIDE RAW MADE`: the files of RAW, with their modules as bytecode, into MADE.
// Done by that very Pyodide, so that the bytecode is of its Python. What a page never opens is left out.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, raw, made] = process.argv.slice(2);
const AS_THEY_ARE = ["scipy", "scikit-learn"]; // the one page that uses them loads much as it is

const COMPILE = `
import importlib.util, io, warnings, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

warnings.simplefilter("ignore")  # of other people's modules
UNUSED = ("/tests/", ".pyi", ".pxd", "matplotlib/testing/", "mpl-data/sample_data/", "mpl_toolkits/axisartist/",
          "/benchmarks/", "mpl-data/images/", "fonts/afm/", "fonts/pdfcorefonts/", "web_backend/", "qt_editor/",
          "backends/_backend_tk", "backends/_tkagg",
          *(f"backends/backend_{name}" for name in ("gtk", "qt", "tk", "wx", "macosx", "web", "nbagg", "pgf", "cairo")))
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansDisplay.ttf", "STIX")

def used(name):
    font = name.rpartition("fonts/ttf/")[2]
    return not any(part in name for part in UNUSED) and (font == name or font.startswith(FONTS))

def compiled(archive):
    source, target = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in source.namelist():
            if name.endswith("/") or not used(name):
                continue
            data = source.read(name)
            if name.endswith(".py"):
                code = compile(data, name, "exec", dont_inherit=True)
                name, data = name + "c", _code_to_hash_pyc(code, importlib.util.source_hash(data), False)
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()
`;

const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodide });
python.runPython(COMPILE);

function compiled(file) {
  python.FS.writeFile("/in", readFileSync(join(raw, file)));
  python.runPython("open('/out', 'wb').write(compiled(open('/in', 'rb').read()))");
  writeFileSync(join(made, file), python.FS.readFile("/out"));
}

const packages = JSON.parse(readFileSync(join(raw, "packages.json")));
for (const [name, entry] of Object.entries(packages)) {
  if (AS_THEY_ARE.includes(name)) copyFileSync(join(raw, entry.file_name), join(made, entry.file_name));
  else compiled(entry.file_name);
  entry.sha256 = createHash("sha256").update(readFileSync(join(made, entry.file_name))).digest("hex");
}
compiled("python_stdlib.zip");
for (const file of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"]) copyFileSync(join(raw, file), join(made, file));

const { info } = JSON.parse(readFileSync(join(pyodide, "pyodide-lock.json")));
writeFileSync(join(made, "pyodide-lock.json"), JSON.stringify({ info, packages }));
