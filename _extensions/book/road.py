"""Two layers of pages: the road, and the companions nested under its chapters in `_toc.yml`.

*Previous* and *Next* on a chapter stay on the road; on a companion they go on to the next companion, and back to the
road. Chapters have a number, sections and companions have none: numbers like 6.10.2 help nobody.

A link that says "chapter 2" says the number which its chapter has now, so chapters may come, go and change places.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SECTION_NUMBER = re.compile(r"(<a [^>]*>)\d+(?:\.\d+)+\. ")


CHAPTER = re.compile(r"((?:[Cc]hapters? )?)\d+")


class NumberOfNow(SphinxPostTransform):
    default_priority = 5  # before the links are resolved

    def run(self, **kwargs):
        for link in self.document.findall(addnodes.pending_xref):
            number = self.env.toc_secnumbers.get(link.get("reftarget", ""), {}).get("")
            if number and not link.get("reftargetid") and (said := CHAPTER.fullmatch(link.astext())):
                for text in list(link.findall(nodes.Text)):
                    text.parent.replace(text, nodes.Text(f"{said[1]}{'.'.join(map(str, number))}"))


def stay_on_the_road(app, pagename, templatename, context, doctree):
    env = app.env
    road = [env.config.root_doc, *env.toctree_includes.get(env.config.root_doc, [])]
    if pagename not in road:
        return
    here = road.index(pagename)

    def neighbour(step):
        there = here + step
        if not 0 <= there < len(road):
            return None
        return {
            "link": app.builder.get_relative_uri(pagename, road[there]),
            "title": app.builder.render_partial(env.titles[road[there]])["title"],
        }

    context["prev"], context["next"] = neighbour(-1), neighbour(1)


def drop_section_numbers(app, pagename, templatename, context, doctree):
    whole = context["toctree"]
    context["toctree"] = lambda **options: SECTION_NUMBER.sub(r"\1", whole(**options))
    context["toc"] = SECTION_NUMBER.sub(r"\1", context.get("toc", ""))


def setup(app):
    app.add_post_transform(NumberOfNow)
    app.connect("html-page-context", stay_on_the_road)
    app.connect("html-page-context", drop_section_numbers)
