"""Builds the book: `python _extensions/build.py [FOLDER] [--edition student]`, which is what `make site` runs.

Shows how far it is and one line for each problem. What the machinery says besides is in _build/build.log.
"""

import io
import os
import re
import shutil
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import yaml
from book import fresh

PROGRESS = re.compile(r"(reading|writing) \w+\.\.\. \[ *\d+%\] (.+)")
PROBLEM = re.compile(r"(.+?): (?:WARNING|ERROR|CRITICAL): (.+)")
NOTE = re.compile(
    r"(?:Not in _toc\.yml|No links to a repository: |_config\.yml:\d+: this book does without ).*"
    r"|\S.*: cell \d+: what needs a running Python .*"
)


class Screen(io.TextIOBase):
    """Stands in for stdout and stderr: all goes into a log, and to the reader what concerns the book."""

    def __init__(self, log, terminal):
        self.log, self.terminal, self.line, self.problems = log, terminal, "", 0

    def write(self, text):
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        self.log.write(text)
        self.log.flush()
        *lines, self.line = (self.line + text).split("\n")
        for line in lines:
            if found := PROGRESS.fullmatch(line):
                self.progress(f"{found[1].capitalize()} {found[2]}")
            elif found := PROBLEM.fullmatch(line):
                self.problem(f"{found[1]}: {found[2]}")
            elif NOTE.fullmatch(line):
                self.say(line)
        return len(text)

    def progress(self, what):
        """On a terminal, one line that is written over."""
        if self.terminal.isatty():
            print(f"\r\x1b[K{what[: shutil.get_terminal_size().columns - 1]}", end="", flush=True, file=self.terminal)
        else:
            self.say(what)

    def problem(self, what):
        self.problems += 1
        self.say(what)

    def say(self, what):
        print(f"\r\x1b[K{what}" if self.terminal.isatty() else what, flush=True, file=self.terminal)


@contextmanager
def screen(log_path):
    """A Screen for the time of a block; what kernels write to the process's own stderr goes into the log."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    kept, terminal = os.dup(2), os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding, errors="replace")
    with log_path.open("w", encoding="utf-8") as log, terminal:
        os.dup2(log.fileno(), 2)
        here = Screen(log, terminal)
        try:
            with redirect_stdout(here), redirect_stderr(here):
                yield here
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def build(folder, output, edition):
    """The number of problems, each of which has been shown."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # scikit-learn's threads would spin while others compute
    sys.modules["rfc3987_syntax"] = None  # jsonschema would compile 39 grammars of addresses with it: three seconds
    from jupyter_book.sphinx import build_sphinx

    with screen(output / "build.log") as shown:
        try:
            result = build_sphinx(
                folder,
                output / "html",
                noconfig=True,
                path_config=folder / "_config.yml",
                confoverrides={
                    "external_toc_path": (folder / "_toc.yml").as_posix(),
                    "latex_individualpages": False,
                    "nitpicky": True,
                    "book_edition": edition,
                },
                warningiserror=True,
                keep_going=True,
            )
        except Exception as error:
            result = error
        if isinstance(result, KeyboardInterrupt):
            sys.exit("Stopped.")
        if isinstance(result, Exception) or (result and not shown.problems):
            shown.problem(one_line(result))
        return shown.problems


def one_line(error):
    """What ended the build before its end: a file that cannot be read, mostly."""
    text = str(error)
    file = "_toc.yml" if "[etoc]" in text else "_config.yml" if isinstance(error, yaml.YAMLError) else None
    if file is None:
        return f"{type(error).__name__}: {text.splitlines()[0]}"
    lines = re.findall(r"line (\d+)", text)
    *_, what = [line for line in text.removeprefix("[etoc] ").splitlines() if not line.startswith("  ")]
    return f"{file}{f':{lines[-1]}' if lines else ''}: {what}"


def state(folder):
    """What stands for all that a build depends on."""
    surroundings = sorted(it for it in os.environ.items() if it[0].startswith(("BOOK_", "CI", "GITHUB_")))
    checkout = [fresh.git(folder, "config", "--list"), fresh.git(folder, "log", "-1", "--decorate")]
    files = [*fresh.files(folder), *fresh.around(folder)]
    return fresh.digest(folder, files, [sys.version, fresh.installed(), surroundings, checkout])


def main():
    folder, output, edition = fresh.asked(__doc__)
    for name in ("_config.yml", "_toc.yml"):
        if not (folder / name).exists():
            sys.exit(f"{name}: it is not in {folder}, so that is no book")
    index, done, now = output / "html" / "index.html", output / "state", state(folder)
    if index.exists() and done.exists() and done.read_text() == now:
        print(f"Nothing has changed since {index} was built.")
        return
    done.unlink(missing_ok=True)
    problems = build(folder, output, edition)
    if problems:
        sys.exit(f"{problems} problem{'s' * (problems > 1)}: no book. All that was said is in {output / 'build.log'}.")
    done.write_text(now)
    print(f"Built: {index}")


if __name__ == "__main__":
    main()
