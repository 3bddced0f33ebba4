"""Stands in for anywidget where there is no Jupyter: traits both ways, the module and its state sent to the page."""

import base64
import itertools
import json

import session
import traitlets

VIEW = "application/vnd.jupyter.widget-view+json"
NAMES = (f"page-{number}" for number in itertools.count(1))
WIDGETS = {}


class AnyWidget(traitlets.HasTraits):
    def __init__(self, **traits):
        super().__init__(**traits)
        self.model_id, self._from_page = next(NAMES), False
        WIDGETS[self.model_id] = self
        self.observe(self._tell, names=list(self.traits(sync=True)))

    def _state(self, names):
        """({name: value}, the bytes in it, each with its path), as Jupyter writes them."""
        state, buffers = {}, []
        for name in names:
            to_json = self.trait_metadata(name, "to_json") or (lambda value, widget: value)
            state[name] = without_bytes(to_json(getattr(self, name), self), [name], buffers)
        return state, buffers

    def _tell(self, change):
        if not self._from_page:
            state, buffers = self._state([change["name"]])
            session.tell("traits", json.dumps({"widget": self.model_id, "state": state, "buffers": buffers}))

    def take(self, values):
        """Values of traits, as the page has them now."""
        self._from_page = True
        try:
            for name, value in values.items():
                if name in self.traits(sync=True):
                    from_json = self.trait_metadata(name, "from_json") or (lambda value, widget: value)
                    setattr(self, name, from_json(value, self))
        finally:
            self._from_page = False

    def _repr_mimebundle_(self, **_):
        return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}, {}


def without_bytes(value, path, buffers):
    if isinstance(value, (bytes, memoryview, bytearray)):
        data = base64.b64encode(bytes(value)).decode()
        buffers.append({"path": path, "data": data, "encoding": "base64"})
        return None
    if isinstance(value, dict):
        return {key: without_bytes(part, [*path, key], buffers) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_bytes(part, [*path, place], buffers) for place, part in enumerate(value)]
    return value


def bundle(widget):
    """What host.js needs to mount it."""
    state, buffers = widget._state(list(widget.traits(sync=True)))
    state |= {"_esm": str(widget._esm), "_css": str(getattr(widget, "_css", ""))}
    return {VIEW: {"model_id": widget.model_id}, "state": state, "buffers": buffers}
