"""One line for everything that stops the build: the page and its line, the cause, and the cure.

What Sphinx and its extensions report is put into these words on its way to the screen.
"""

import logging
import os
import re
from difflib import get_close_matches
from pathlib import Path
from string import Formatter

import yaml
from docutils import nodes
from docutils.parsers.rst import directives, roles
from jupyter_book.config import PATH_YAML_DEFAULT, get_validator
from jupyter_client.kernelspec import find_kernel_specs
from myst_nb.sphinx_ import Parser
from pygments.lexers import get_all_lexers
from sphinx.util.logging import NAMESPACE, WarningStreamHandler, getLogger
from sphinx.util.matching import Matcher

from . import cells, fresh

QUOTES = "A text that holds a colon, a bracket or a # wants quotes around it"
# What they say; the cause; the cure. The first that fits is taken. {1} is what its first group found, and a name in
# braces is a method of Words.
RULES = (
    (r"(cell \d+: ModuleNotFoundError: No module named '([^'.]+).*')", "{1}", "{package}"),
    (r"(cell \d+: FileNotFoundError: .*'(.+)')", "{1}", "{path}"),
    (
        r"(cell \d+): DeadKernelError: .*",
        "{1}: the kernel died",
        "Out of memory, most likely, or a crash in compiled code: try less data",
    ),
    (
        r"(cell \d+: ran longer than .*)",
        "{1}",
        "Make it quicker, or raise `timeout` under `execute` in _config.yml",
    ),
    (
        r"NoSuchKernel: No such kernel named (.*)",
        'there is no kernel "{1}" here',
        "Name one of these under `kernelspec` in the page's header: {kernels}; or let `nb_kernel_rgx_aliases` "
        "in _config.yml say which one stands in",
    ),
    (
        r"stderr was found in the cell outputs of cell (\d+)",
        "{stderr}",
        "Mend what it complains about, or give the cell the tag remove-stderr",
    ),
    (
        r"Found an unexpected `code-cell`.*",
        "a cell that nobody runs",
        "{around}",
    ),
    (r"(a proof inside another block)", "{1}", "{around}"),
    (
        r"(cell \d+: picture with .*)",
        "{1}",
        'Say what it shows in the header of the cell: `mystnb: {{image: {{alt: "words"}}}}`',
    ),
    (
        r"((?:cell \d+: )?frame with no title)",
        "{1}",
        'Say what it holds: `title="words"` in the HTML, or `IFrame(…, extras=[\'title="words"\'])` in a cell',
    ),
    (r"(picture with .*)", "{1}", "Say what it shows: `![words](file)`, or `:alt: words` in a directive"),
    (r"image file not readable: (.+)", 'there is no picture "{1}"', "{path}"),
    (r"download file not readable: (.+)", 'there is no file "{1}"', "{path}"),
    (r"Directive \"include\": file not found: '(.+)'", 'there is no file "{1}"', "{path}"),
    (r"Include file '(.+)' not found or reading it failed", 'there is no file "{1}"', "{path}"),
    (r"'myst' cross-reference target not found: '(.+\.\w+)'", 'there is no file "{1}"', "{path}"),
    (r"unknown document: '(.+)'", 'there is no page "{1}"', "{path}"),
    (
        r"(?:Unknown directive type: '|Pygments lexer name ')mermaid'.*",
        "a mermaid diagram is drawn by a script in the page, and these pages load none",
        "Save it once as SVG (`npx @mermaid-js/mermaid-cli -i a.mmd -o a.svg`), and show it with `figure`",
    ),
    (
        r"Pygments lexer name '(.+)' is not known",
        'no language of code is called "{1}"',
        "{lexer}",
    ),
    (
        r"skipping unknown output mime type: (.+)",
        "a cell shows {1}, which a page cannot",
        "Print it, or show a table, a picture or HTML",
    ),
    (
        r"tableofcontents directive in document with no descendants",
        "`tableofcontents` has nothing to list",
        "It lists the pages under its own in _toc.yml: put some there, or take it out",
    ),
    (
        r"(logo|favicon) file '(.+)' does not exist",
        'there is no picture "{2}" for the {1}',
        "{path}",
    ),
    (
        r"top-level '(.+)' key is deprecated, place under 'myst' key instead",
        'the header has "{1}" at its left edge',
        "Write it under `myst`: `myst: {{{1}: …}}`",
    ),
    (r"Unknown directive type: '(.+)'", 'no directive is called "{1}"', "{directive}"),
    (r'Unknown interpreted text role "(.+)"\.', 'no role is called "{1}"', "{role}"),
    (
        r"'(.+)': Unknown option keys: \['(.+?)'.*\(allowed: \[(.*)\]\)",
        'the directive "{1}" has no option "{2}"',
        "{option}",
    ),
    (
        r"'(.+)': Invalid option value for '(.+)': (.*)",
        'the directive "{1}" cannot read its option "{2}": {3}',
        "Mend the option",
    ),
    (r'could not find bibtex key "(.+)"', 'the bibliography has no entry "{1}"', "{entry}"),
    (
        r"(?:undefined label|equation not found|prf:ref reference target not found): '?(.+?)'?",
        'nothing has the label "{1}"',
        "{label}",
    ),
    (r"'myst' cross-reference target not found: '(.+)'", 'nothing has the label "{1}"', "{label}"),
    (
        r"local id not found in doc '(.+)': '(.+)'",
        'the page "{1}" has no label "{2}"',
        "Mend what stands behind the #, or write `({2})=` on the line above its aim",
    ),
    (r'Duplicate explicit target name: "(.+)"\.', 'the label "{1}" is there twice', "Rename one of the two"),
    (
        r"duplicate label of equation (.+), other instance in (.+)",
        'the label "{1}" is there twice',
        'Rename this one, or the one on the page "{2}"',
    ),
    (r"unknown config value '(.+)' in override, ignoring", 'no setting is called "{1}"', "{setting}"),
    (
        r"mathematics: (?:KaTeX parse error: )?(Undefined control sequence: (\\[A-Za-z]+).*)",
        "mathematics that cannot be read: {1}",
        "A macro of yours stands in _config.yml, under sphinx/config/mathjax3_config/tex/macros; KaTeX's documentation "
        "lists what it knows without",
    ),
    (
        r"mathematics: (?:KaTeX parse error: )?(.*)",
        "mathematics that cannot be read: {1}",
        "Mend the formula; KaTeX's documentation lists what it knows",
    ),
    (r"Malformed YAML|MystMetadataParsingError: Notebook .*", "the page's header cannot be read: {header}", QUOTES),
    (
        r"MystMetadataParsingError: Code cell \d+ at line (\d+) could not be read.*",
        "{cell_header}",
        QUOTES,
    ),
    (
        r"No key '(.+)' found in glue data for this document\.",
        'no cell of this page has glued "{1}"',
        'Write `glue("{1}", …)` in one, or name the page as in the documentation of glue',
    ),
    (
        r"Non-consecutive header level increase; H(\d) to H(\d)",
        "a heading of level {2} follows one of level {1}",
        "Leave no level out: take a # away",
    ),
    (
        r"Substitution error: ?UndefinedError: '(.+)' is undefined",
        'nothing is there to be put in for "{1}"',
        "Write it in the page's header: `myst: {{substitutions: {{{1}: words}}}}`",
    ),
    (
        r"toctree contains reference to document '(.+)' that doesn't have a title.*",
        'the page "{1}" has no title',
        "Let it begin with a line `# Its title`",
    ),
)
FENCE = re.compile(r"^\s*(`{3,}|:{3,}|~{3,})\s*(?:\{([\w:-]+)\})?")
# What was said already, in other words.
ECHO = re.compile(r"label '.+' not found\.|Duplicate ID: .*|toctree contains reference to nonexisting document.*")


class OneLine(logging.Filter):
    """Puts a warning of Sphinx into our words, and drops what was said before."""

    def __init__(self, app):
        super().__init__()
        self.app, self.said = app, set()

    def filter(self, record):
        text = logging.LogRecord.getMessage(record)
        text = re.sub(r" \[[\w.-]+\]$", "", text.replace("\u0332", "")).replace(f"{self.app.srcdir}{os.sep}", "")
        location = (record.location or "").rstrip(":")
        if Path(location.partition(":")[0]).is_absolute():
            location = os.path.relpath(location, self.app.srcdir)
        record.location = location or "_config.yml"
        record.msg, record.args = self.words(text.strip() or record.levelname, record), ()
        said = record.location, record.msg
        if ECHO.fullmatch(text) or said in self.said:
            return False
        self.said.add(said)
        return True

    def words(self, text, record):
        for pattern, cause, cure in RULES:
            if found := re.fullmatch(pattern, text.splitlines()[0]):
                words = Words(self.app, record, found)
                fill = Formatter().vformat
                return ". ".join(fill(part, (text, *found.groups()), words).rstrip(".:") for part in (cause, cure))
        return text.splitlines()[0]


def still_open(lines):
    """(number of its line, name) of the block that these lines leave open, if they leave one."""
    ahead = []
    for number, line in enumerate(lines, 1):
        if fence := FENCE.match(line):
            marks, name = fence.groups()
            if name or not ahead:
                ahead.append((marks, number, name or "code"))
            elif marks[0] == ahead[-1][0][0] and len(marks) >= len(ahead[-1][0]):
                ahead.pop()
    blocks = [it[1:] for it in ahead if it[2] != "code-cell"]  # the cell's own line may be among these
    return blocks[-1] if blocks else None


class Words:
    """What a rule cannot say beforehand."""

    def __init__(self, app, record, found):
        self.app, self.record, self.found = app, record, found

    def __getitem__(self, name):
        return getattr(self, name)()

    @property
    def page(self):
        """The path of the page, from the book's folder."""
        return Path(self.record.location.partition(":")[0])

    def package(self):
        name = self.found[2]
        if Path(self.app.srcdir, "pyproject.toml").exists():
            return f"Add {name} to `book` in pyproject.toml, then `make pins`; a module of yours goes beside the page"
        return f"Add {name} to requirements.txt; a module of yours goes beside the page"

    def path(self):
        wanted = Path(self.found.groups()[-1])
        alike = {path.name: path for path in fresh.files(Path(self.app.srcdir)) if path.name != self.page.name}
        if found := get_close_matches(wanted.name, alike, 1):
            here = Path(self.app.srcdir, self.page).parent
            return f'Did you mean "{os.path.relpath(alike[found[0]], here)}"? A path starts at the page\'s folder'
        return "Put it there, or mend the path: it starts at the page's folder"

    def kernels(self):
        return ", ".join(sorted(find_kernel_specs()))

    def stderr(self):
        place = self.record.docname, int(self.found[1])
        number, line, said = cells.STDERR.get(place, (place[1], None, "it wrote to stderr"))
        if line:
            self.record.location = f"{self.page}:{line}"
        return f"cell {number}: {said}"

    def header(self):
        """What YAML says of the page's header, with its line."""
        text = Path(self.app.srcdir, self.page).read_text(encoding="utf-8")
        try:
            yaml.safe_load(text.removeprefix("---").partition("\n---")[0])
        except yaml.MarkedYAMLError as error:
            line = (error.problem_mark or error.context_mark).line + 1
            self.record.location = f"{self.page}:{line}"
            return error.problem
        return "it is no list of `name: value`"

    def cell_header(self):
        self.record.location = f"{self.page}:{self.found[1]}"
        return "the header of this cell cannot be read"

    def around(self):
        """What should have been closed above."""
        _, _, line = self.record.location.partition(":")
        text = Path(self.app.srcdir, self.page).read_text(encoding="utf-8")
        if opened := still_open(text.splitlines()[: int(line or 1) - 1]):
            number, name = opened
            return f"It stands inside the {{{name}}} that begins in line {number}: close that above"
        return "The page's header names no kernel: compare with the top of a chapter"

    def directive(self):
        return near(
            self.found[1], [*directives._directives, *directives._directive_registry, *self.named("directives")]
        )

    def role(self):
        return near(self.found[1], [*roles._roles, *roles._role_registry, *self.named("roles")])

    def named(self, kind):
        """The directives or roles of all domains, as one writes them."""
        for domain in self.app.env.domains.values():
            yield from getattr(domain, kind)
            yield from (f"{domain.name}:{name}" for name in getattr(domain, kind))

    def lexer(self):
        return near(self.found[1], [name for _, names, *_ in get_all_lexers() for name in names], "Write `text`")

    def option(self):
        return near(self.found[2], re.findall(r"'(.+?)'", self.found[3]))

    def entry(self):
        entries = self.app.env.get_domain("cite").bibdata.data.entries
        if self.found[1] in entries:  # but no page lists it
            return "It is in the .bib file: let a page list it with the directive `bibliography`"
        return near(self.found[1], entries, "Add it to the .bib file")

    def label(self):
        env, standard = self.app.env, self.app.env.get_domain("std")
        known = [*standard.labels, *standard.anonlabels, *env.get_domain("math").equations]
        known += [*getattr(env, "proof_list", ()), *getattr(env, "sphinx_exercise_registry", ())]
        if not Path(self.app.srcdir, self.page).exists():  # sphinx-exercise names the page that was written last
            self.record.location = self.holding(self.found[1])
        return near(self.found[1], known, "Give that label to what is meant")

    def holding(self, words):
        """The first place in the book where these words stand."""
        for docname in sorted(self.app.env.found_docs):
            path = Path(self.app.env.doc2path(docname))
            if place := line_with(words, path):
                return f"{path.relative_to(self.app.srcdir)}:{place}"
        return self.record.location

    def setting(self):
        line = line_with(f"{self.found[1]}:", Path(self.app.srcdir, "_config.yml"))
        self.record.location = f"_config.yml:{line or 1}"
        return near(self.found[1], self.app.config.values, "Take it out")


def line_with(words, path):
    """The number of the first line in which these words stand, or None."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((place for place, line in enumerate(lines, start=1) if words in line), None)


def near(word, words, otherwise="Mend the name"):
    found = get_close_matches(word, words, 1)
    return f'Did you mean "{found[0]}"?' if found else otherwise


class ReadOn(Parser):
    """A page that cannot be read is one problem; the other pages are read all the same."""

    def parse(self, inputstring, document):
        try:
            super().parse(inputstring, document)
        except Exception as error:
            page = document.settings.env.docname
            getLogger(__name__).warning("%s: %s", type(error).__name__, error, location=page)
            document.attributes.pop("nb_renderer", None)
            document.children = []
            document += nodes.section("", nodes.title(text=page), ids=[nodes.make_id(page)])


def check_settings(app, config):
    """Jupyter Book mentions a setting of a wrong kind in passing, and a misspelt one not at all."""
    path = Path(app.srcdir, "_config.yml")
    settings, defaults = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in (path, PATH_YAML_DEFAULT))
    for error in get_validator().iter_errors(settings):
        report(path, f"{'/'.join(map(str, error.path))}: {error.message}", str(error.path[-1]) if error.path else "")
    sections = [(settings, defaults)] + [(settings.get(name), known) for name, known in defaults.items()]
    for section, known in sections:
        if isinstance(section, dict) and isinstance(known, dict):
            for name in section.keys() - known.keys():
                if get_close_matches(name, known, 1, cutoff=0.8):  # the list is not all that there is
                    report(path, f'no setting is called "{name}". {near(name, known)}', f"{name}:")


def report(path, what, words):
    """A problem of a settings file, on the first line in which these words stand."""
    getLogger(__name__).warning("%s", what, location=f"{path}:{line_with(words, path) or 1}")


def check_contents(app, config):
    """Every page that _toc.yml names is there; a page beside them that it does not name is worth a line."""
    book, pages = Path(app.srcdir), set()
    for name in config.external_site_map:
        found = [path for suffix in ("", *config.source_suffix) if (path := Path(f"{book / name}{suffix}")).is_file()]
        pages.update(found)
        if not found:
            here = [str(path.relative_to(book).with_suffix("")) for path in fresh.files(book) if path.suffix == ".md"]
            cure = near(name, here, "Write the page, or take the line out")
            report(book / "_toc.yml", f'there is no page "{name}". {cure}', name)
    left_out = Matcher(config.overrides.get("exclude_patterns", []))
    for folder in sorted({page.parent for page in pages}):
        for path in sorted(folder.glob("*.md")):
            if path not in pages and not left_out(str(path.relative_to(book))):
                getLogger(__name__).info("Not in _toc.yml, so not in the book: %s", path.relative_to(book))


def setup(app):
    app.setup_extension("myst_nb")
    app.add_source_parser(ReadOn, override=True)
    app.connect("config-inited", check_settings)
    app.connect("config-inited", check_contents, priority=950)  # after sphinx-external-toc has read it
    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.filters.insert(2, OneLine(app))  # after places became text, before `-W` makes an error of it
