"""The files that a page's code names or imports: data and modules of its own folder, which go where its code goes."""

import re
import shutil

TEXT = (".md", ".ipynb")


def copy(folder, code, *targets):
    """Copy the files of the folder that the code needs into each target; their names within the folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix not in TEXT and "_build" not in path.parts and needed(path, name, code):
            for target in targets:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / name)
            found.append(name)
    return found


def needed(path, name, code):
    imported = rf"^\s*(?:from\s+|import\s+(?:.*,\s*)?){re.escape(path.stem)}\b"
    return name in code or (path.suffix == ".py" and bool(re.search(imported, code, re.MULTILINE)))
