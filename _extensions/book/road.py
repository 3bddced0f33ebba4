"""Two layers of pages: the road, and the companions nested under its chapters in `_toc.yml`.

*Previous* and *Next* on a chapter stay on the road; on a companion they go on to the next companion, and back to the
road. Chapters have a number, sections and companions have none: numbers like 6.10.2 help nobody.
"""

import re

SECTION_NUMBER = re.compile(r"(<a [^>]*>)\d+(?:\.\d+)+\. ")


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
    app.connect("html-page-context", stay_on_the_road)
    app.connect("html-page-context", drop_section_numbers)
