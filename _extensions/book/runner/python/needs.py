"""What a cell needs: the cells above that it builds on, and the modules that are imported.

Read off the code, without running it: here while the book is built, and in the reader's browser for an edited cell.
So an exercise at the end of a page does not wait for every figure above it.
"""

import ast
import copy
import symtable


class Names:
    """The names that code takes from above, those that it binds, and those whose objects it may change in place."""

    def __init__(self, code):
        self.taken, self.bound, self.changed, later = set(), set(), set(), set()
        self.imports = {}  # name: the line that is enough to have it
        for statement in ordered(ast.parse(code).body):
            table = symtable.symtable(ast.unparse(Closed().visit(copy.deepcopy(statement))), "cell", "exec")
            here = {it.get_name() for it in table.get_symbols() if it.is_referenced()}
            if isinstance(statement, ast.AugAssign):
                here.add(root(statement.target))
            self.taken |= here - self.bound
            later.update(global_names(table))
            self.bound |= {it.get_name() for it in table.get_symbols() if it.is_assigned() or it.is_imported()}
            self.changed |= changed_by(statement)
            self.imports |= dict(import_lines(statement))
        self.taken |= later - self.bound  # what functions read when they are called


class Closed(ast.NodeTransformer):
    """[… for x in …] as (… for x in …): from Python 3.12 on, only there x stays out of the table of names around it."""

    def visit_ListComp(self, node):
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return self.generic_visit(ast.GeneratorExp(ast.Tuple(elements, ast.Load()), node.generators))

    visit_SetComp = visit_DictComp = visit_ListComp


def ordered(statements):
    """The simple statements in the order of the text; of a compound one its head, as a statement of its own."""
    for statement in statements:
        match statement:
            case ast.For(target=target, iter=values):
                yield assign(target, values)
            case ast.While(test=test) | ast.If(test=test):
                yield ast.Expr(test)
            case ast.With(items=items):
                for item in items:
                    yield assign(item.optional_vars, item.context_expr)
            case ast.Try():
                pass
            case _:
                yield statement
                continue
        for part in ("body", "handlers", "orelse", "finalbody"):
            for inner in getattr(statement, part, ()):
                yield from ordered(inner.body if isinstance(inner, ast.ExceptHandler) else [inner])


def assign(target, value):
    return ast.fix_missing_locations(ast.Assign([target], value)) if target else ast.Expr(value)


def import_lines(statement):
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            line = ast.unparse(type(statement)(**{**vars(statement), "names": [alias]}))
            yield alias.asname or alias.name.partition(".")[0], line


def global_names(table):
    """What the functions and classes in a table read from the module."""
    for inner in table.get_children():
        yield from (it.get_name() for it in inner.get_symbols() if it.is_global() and it.is_referenced())
        yield from global_names(inner)


def changed_by(statement):
    """The names that `a.b = …`, `a[0] = …`, `a += …` or a call for its effect, `a.append(…)`, begin with."""
    places = [node for node in ast.walk(statement) if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))]
    if isinstance(statement, ast.AugAssign):
        places.append(ast.Attribute(statement.target, "", ast.Store()))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        places.append(statement.value.func)
    return {root(place) for place in places if not isinstance(place, (ast.Name, ast.Tuple, ast.List))} - {None}


def root(node):
    """The name that an expression such as `a.b[0].c` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Call):
        return root(node.func)
    return node.id if isinstance(node, ast.Name) else None


def names(code):
    try:
        return Names(code)
    except SyntaxError:  # it will be said when the cell runs
        return Names("")


def builds_on(codes, number):
    """(import lines, {cell above: names}) that this cell takes from above; a later binding hides an earlier one."""
    wanted, lines, cells = set(names(codes[number]).taken), [], {}
    for above in reversed(range(number)):
        other = names(codes[above])
        given = wanted & (other.bound | other.changed)
        lines += [other.imports[name] for name in given & other.imports.keys()]
        if given := given - (other.imports.keys() - other.changed):
            cells[above] = given
        wanted -= other.bound - (other.changed - other.imports.keys())
    return lines, cells


def plan(codes, number):
    """(import lines, numbers of the cells) to run before this cell, in order."""
    lines, cells, ahead = set(), set(), [number]
    while ahead:
        more_lines, more_cells = builds_on(codes, ahead.pop())
        lines.update(more_lines)
        ahead += more_cells.keys() - cells
        cells |= more_cells.keys()
    return sorted(lines), sorted(cells)


def imported(tree, deep):
    """The modules that code imports; not deep: when it is imported itself, so outside its functions."""
    ahead = list(tree.body)
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif deep or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            ahead += ast.iter_child_nodes(node)


def modules(code, source):
    """Top-level names of the modules that a cell imports, itself or through the book's own modules.

    `source(name)` is the text of a module of the book, or None for any other.
    """
    try:
        ahead = list(imported(ast.parse(code), deep=True))
    except SyntaxError:
        return set()
    seen, others = set(), set()
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        if text := source(name):
            ahead += imported(ast.parse(text), deep=False)
        top = name.partition(".")[0]
        if name != top:
            ahead.append(name.rpartition(".")[0])
        others.add(top)
    return others
