"""What the search reads off a page."""

from _extensions.book.search import read

PAGE = """<html><head><meta name="keywords" content="bells, noise"></head><body><nav>Contents</nav>
<article><section id="top"><h1><span class="section-number">3. </span>Bells<a class="headerlink">¶</a></h1>
<p>A bell<br>rings &amp; fades.</p>{middle}<section id="below"><h2>Below</h2><ul><li>One<li>Two</ul></section>
<p>After it.</p></section></article></body></html>"""


def text_of(middle):
    _, sections = read(PAGE.format(middle=middle))
    return sections[0][2]


def formula(mathml, latex="x"):
    return (
        f'<p>Take <span class="math"><math><semantics><mrow>{mathml}</mrow><annotation>{latex}</annotation></semantics>'
        '</math><span class="katex-html"><span>seen</span></span></span> here.</p>'
    )


def test_sections_have_their_own_words_and_no_others():
    keywords, sections = read(PAGE.format(middle=""))
    assert keywords == "bells, noise"
    assert sections == [["top", "Bells", "A bell rings & fades. After it."], ["below", "Below", "One Two"]]


def test_a_formula_that_reads_as_text_stays_and_any_other_is_left_out():
    assert "Take σ→0 here." in text_of(formula("<mi>σ</mi><mo>→</mo><mn>0</mn>", r"\sigma \to 0"))
    assert "Take log x here." in text_of(formula("<mi>log</mi><mo>\u2061</mo><mtext> </mtext><mi>x</mi>"))
    assert "Take … here." in text_of(formula("<msup><mi>σ</mi><mn>2</mn></msup><mo>=</mo><mn>1</mn>", r"\sigma^2 = 1"))


def test_code_and_outputs_are_not_searched():
    table = "<div class='text_html'><table><tr><td>spam</td></tr></table></div>"
    assert "spam" not in text_of(f"<pre>spam</pre>{table}<svg><text>spam</text></svg>")


def test_folded_solutions_are_searched():
    assert "Half of it." in text_of("<details class='fold'><summary>Solution</summary><p>Half of it.</p></details>")


def test_a_box_within_a_section_is_part_of_it():
    assert "Theorem 1 All bells." in text_of("<div><p>Theorem 1</p><section><p>All bells.</p></section></div>")
