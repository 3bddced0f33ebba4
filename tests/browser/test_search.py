"""The search, as a reader uses it: plain questions, single words, keyboard, phone, no server."""

import gzip
import json
import re
from urllib.parse import urlparse

import pytest

from tests.build import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SEARCH_KB = 175
LATEX_OR_CODE = re.compile(r"\\[a-zA-Z]{2}|import numpy")

# What people type; the page and the heading that must come first.
FIRST = {
    "is k-means a special case of gmm": ("questions", "Is k-means a special case of a Gaussian mixture model (GMM)?"),
    "is kmeans the same as EM": ("questions", "Is k-means the same as EM?"),
    "difference between soft k means and gmm": ("questions", "What is the difference between soft k-means and a GMM?"),
    "gaussian mixture variance goes to zero": (
        "questions",
        "What happens to a Gaussian mixture when the variance goes to zero?",
    ),
    "do covariances have to be equal": ("questions", "Do the covariances have to be equal and spherical?"),
    "does kmeans maximize the likelihood": ("questions", "Does k-means maximise a likelihood?"),
    "why squared distance": ("questions", "Why squared distances?"),
    "why dirac delta as a prior": ("questions", "Why does a lecture mention the Dirac delta as a prior?"),
    "dirac delta vs kronecker delta": (
        "questions",
        "What is the difference between a Dirac delta, a Kronecker delta and an indicator?",
    ),
    "where does softmax come from": ("questions", "Where does the softmax come from?"),
    "what is the ELBO": ("questions", "What is the free energy? What is the ELBO?"),
    "is fuzzy c-means soft k-means": ("questions", "Is fuzzy c-means the same as soft k-means?"),
    "can k-means oscillate": ("questions", "Does k-means always converge? Can it cycle or oscillate?"),
    "k-means stuck in local minimum": (
        "questions",
        "Why do I get different results each time? Is k-means stuck in a local minimum?",
    ),
    "why are all my components equal": ("questions", "Why did all my components come out equal?"),
    "is EM gradient descent": ("questions", "Is EM gradient descent?"),
    "why is em so slow": ("questions", "Why is EM so slow?"),
    "empty cluster": ("questions", "What happens when a cluster becomes empty?"),
    "why does my GMM collapse to a single point": ("questions", "Why does my GMM collapse? What is the singularity?"),
    "keep a gmm from collapsing": ("questions", "How do I keep a mixture from collapsing? What does reg_covar do?"),
    "what happens to the mixing weights": ("questions", "What happens to the mixing weights if EM learns them?"),
    "what is dp-means": (
        "questions",
        "Can the data choose the number of clusters? What is DP-means?",
    ),
    "attention": ("questions", "Is the attention of a transformer a step of soft k-means?"),
    "mean shift": ("questions", "What is mean-shift? Is it k-means without a k?"),
    "probabilistic pca": ("questions", "What is probabilistic PCA? Is PCA a limit, too?"),
    "photograph colours": ("questions", "How do I reduce the colours of a photograph?"),
    "million rows": ("questions", "How do I cluster a million rows, or data larger than memory?"),
    "bic wrong number of clusters": (
        "questions",
        "Why does GaussianMixture find the wrong clusters, and BIC the wrong number?",
    ),
    "another distance for counts": ("questions", "Can I use another distance in k-means, for counts or histograms?"),
    "positive log likelihood": ("questions", "Can a likelihood be larger than 1, or a log-likelihood positive?"),
    "how do i get probabilities out of k-means": ("questions", "How do I get probabilities out of k-means?"),
    "which sigma should I use": ("questions", "Which σ should I use?"),
    "do i have to standardize columns": ("questions", "Do I have to standardise the columns? Do units matter?"),
    "assumptions of k-means": ("questions", "What are the assumptions of k-means?"),
    "should i use k-means or a gaussian mixture": ("questions", "Should I use k-means or a Gaussian mixture?"),
    "how many clusters": ("10-choose-k", "How many clusters?"),
    "k-means sklearn": ("questions", "How do I do this in scikit-learn?"),
    "nan with small sigma": ("questions", "Why do I get NaN for a small σ?"),
    "outliers": ("questions", "Is k-means sensitive to outliers?"),
    "kmeans++": ("questions", "What is k-means++ good for?"),
    "bayes rule": ("03-mixture", "Tell the story of the data: Gaussians, labels, Bayes"),
    "steps tend to 0": ("05-em-where-it-ends", "The steps tend to 0"),
    "deterministic annealing": ("08-turn-up-annealing", "Does annealing pay?"),
    "annealing or restarts": ("questions", "What is deterministic annealing, and is it better than restarts?"),
    "at which sigma do the means merge": ("questions", "At which σ do the means merge?"),
    "temperature and units": ("04-soften-temperature", "Temperature, units, and very small σ"),
}
# One of the first three leads to this page.
AMONG_THREE = {
    "entropy": "04-soften",
    "naive soft loss": "04-soften",
    "voronoi": "02-k-means-start-and-units",
    "saddle": "05-em-where-it-ends",
    "power diagram": "07-deltas-classification",
    "unequal weights": "03-mixture-weights",
    "how small must sigma be": "06-limit-how-small",
    "step size": "05-em-where-it-ends",
    "ties": "06-limit-not-k-means",
    "hysteresis": "08-turn-up-jump",
    "critical_sigma": "appendix/api",
    "one blob": "08-turn-up-one-blob",
    "overconfident": "09-learn-which-sigma",
    "inverse gamma prior": "09-learn-cures",
    "silhouette": "10-choose-k",
    "covariance_type": "10-choose",
    "photograph colours": "10-choose-photograph",
    "million rows": "10-choose-many-rows",
    "attention": "11-elsewhere-attention",
    "probabilistic pca": "11-elsewhere-directions",
    "chinese restaurant process": "11-elsewhere-price",
    "bregman divergence": "11-elsewhere-divergences",
    "where to start, measured": "10-choose-start",
    "jensen": "appendix/background",
    "responsibilities(X, means, sigma)": "appendix/api",
}
# Words that people use, whether the book does or not.
WORDS = """
    GMM, covariance, assumption, assumptions, stuck, collapse, singularity, gradient descent, learning rate, units,
    standardise, normalize, cycle, oscillate, equal components, probabilities out of k-means, sklearn, scikit-learn,
    inertia, centroid, elbow, outlier, convergence, local minimum, empty cluster, ELBO, temperature, fuzzy, delta,
    prior, variational, NaN, expectation maximization, normal distribution, latent variable, hidden variable,
    likelihood, posterior, initialization, random start, silhouette, BIC, Lloyd, dask, kl divergence, euclidean,
    transformer, PCA, palette, out of core, elongated clusters
"""


@pytest.fixture
def search_page(open_page, address):
    """The search page; `ask` types and gives [(page, heading)] of what is found, `status` what is said of it."""
    page = open_page(f"{address}/search.html")

    def ask(query):
        field = page.locator(".search-page input")
        field.fill("")
        field.fill(query)
        page.wait_for_function("document.querySelector('.search-page + .found p').textContent.match(/place|Nothing/)")
        return page.evaluate(
            """() => [...document.querySelectorAll(".search-page + .found li a")].map((link) => [
              link.pathname.split("/chapters/")[1].replace(".html", ""), link.querySelector("strong").textContent])"""
        )

    page.ask = ask
    page.status = page.locator(".search-page + .found p")
    return page


def test_a_plain_question_finds_its_heading_first(search_page):
    missed = {}
    for query, place in FIRST.items():
        found = search_page.ask(query)
        if not found or tuple(found[0]) != place:
            missed[query] = found[:3]
    assert missed == {}


def test_a_topic_finds_its_page_among_the_first_three(search_page):
    missed = {}
    for query, name in AMONG_THREE.items():
        found = search_page.ask(query)[:3]
        if name not in [page for page, _ in found]:
            missed[query] = found
    assert missed == {}


def test_ordinary_words_find_something(search_page):
    def marks(word):
        search_page.ask(word)
        return search_page.locator(".search-page + .found li:first-child mark").all_inner_texts()

    words = [" ".join(word.split()) for word in WORDS.split(",")]
    silent = [word for word in words if not any(mark[:4].lower() in word.lower() for mark in marks(word))]
    assert silent == []


def test_an_excerpt_begins_where_the_heading_leaves_off(search_page):
    def excerpt(query):
        search_page.ask(query)
        return search_page.locator(".search-page + .found .excerpt").first.text_content()

    assert excerpt("is k-means the same as em").startswith("Not as ordinary EM")
    assert excerpt("is EM gradient descent learning rate").startswith("… Nobody has to choose a learning rate")


def test_a_word_that_is_not_there_says_so(search_page):
    assert search_page.ask("xylophone") == []
    assert search_page.status.text_content() == "Nothing found. Try fewer words, or others."


def test_slips_of_the_pen_and_endings_are_forgiven(search_page):
    for query in ("gaussain mixture", "standardizing", "asumptions", "K-MEANS++", "responsability"):
        assert search_page.ask(query), query


def test_every_result_leads_to_a_place_that_is_there(search_page, site):
    index = (site / "_static" / "search" / "pages.js").read_text(encoding="utf-8")
    for name, _, sections in json.loads(index.removeprefix("var bookPages = ").rstrip(";\n")):
        html = (site / name).read_text(encoding="utf-8")
        assert [anchor for anchor, _, _ in sections if f'id="{anchor}"' not in html] == [], name
        texts = [text for _, _, text in sections]
        assert [text for text in texts if LATEX_OR_CODE.search(text)] == [], name


def test_nothing_is_loaded_before_the_field_has_the_focus(open_page, address, site):
    page = open_page(f"{address}/chapters/start.html")
    assert [url for url in page.requests if "search" in url] == []
    page.get_by_role("searchbox").focus()
    page.wait_for_function("window.MiniSearch && window.bookPages")
    fetched = [urlparse(url).path for url in page.requests if "search" in url]
    assert sorted(fetched) == ["/_static/search.js", "/_static/search/minisearch.js", "/_static/search/pages.js"]
    zipped = sum(len(gzip.compress((site / path[1:]).read_bytes(), 6)) for path in fetched)
    assert zipped < SEARCH_KB * 1000, f"{zipped / 1000:.0f} KB"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_results_come_as_one_types(open_page, address, width, scheme):
    page = open_page(f"{address}/chapters/06-limit.html", width, 844, color_scheme=scheme, reduced_motion="reduce")
    if width == 390:
        page.get_by_role("button", name="Contents").click()
    page.get_by_role("searchbox").press_sequentially("gradient desc")
    first = page.locator(".contents .found li a").first
    first.wait_for()
    assert first.locator("strong").text_content() == "Is EM gradient descent?"
    assert first.locator(".where").text_content() == "Questions people ask"
    assert "gradient" in [mark.lower() for mark in first.locator("mark").all_text_contents()]
    assert page.locator(".contents .found [role=status]").text_content().startswith("The best 7 of ")
    box = page.locator(".contents .found").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=AXE)
    report = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    assert [rule["id"] for rule in report["violations"]] == []
    assert page.console == []
    assert {urlparse(url).netloc for url in page.requests} <= {urlparse(address).netloc, ""}
    first.click()
    page.wait_for_url("**/chapters/questions.html#is-em-gradient-descent")


def test_the_keyboard_goes_down_up_out_and_in(open_page, address):
    page = open_page(f"{address}/chapters/start.html")
    field = page.get_by_role("searchbox")
    field.fill("temperature")
    page.locator(".contents .found li a").first.wait_for()
    focused = "[...document.querySelectorAll('.contents .found a')].indexOf(document.activeElement)"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.type") == "search"
    assert not page.locator(".contents .found").is_visible()
    assert field.input_value() == "temperature"
    page.keyboard.press("ArrowDown")
    target = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(target)


def test_enter_in_the_field_shows_all_on_a_page_of_their_own(open_page, address):
    page = open_page(f"{address}/chapters/start.html")
    page.get_by_role("searchbox").fill("empty cluster")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search.html?q=empty+cluster")
    page.locator(".search-page + .found li a").first.wait_for()
    assert page.locator(".search-page input").input_value() == "empty cluster"
    assert page.locator(".search-page + .found li").count() == 30
    assert page.console == []


def test_a_click_elsewhere_puts_the_results_away(open_page, address):
    page = open_page(f"{address}/chapters/start.html")
    page.get_by_role("searchbox").fill("delta")
    panel = page.locator(".contents .found")
    panel.locator("a").first.wait_for()
    page.mouse.click(1200, 800)
    assert not panel.is_visible()


def test_the_search_works_from_a_folder_on_disk(open_page, site):
    page = open_page((site / "chapters" / "start.html").as_uri())
    page.get_by_role("searchbox").fill("why is em slow")
    first = page.locator(".contents .found li a").first
    first.wait_for()
    assert first.get_attribute("href") == (site / "chapters" / "questions.html").as_uri() + "#why-is-em-so-slow"
    page.goto((site / "search.html").as_uri() + "?q=delta")
    page.locator(".search-page + .found li a").first.wait_for()


def test_without_javascript_a_sentence_says_what_to_do(open_page, address):
    page = open_page(f"{address}/search.html?q=delta", java_script_enabled=False)
    assert "Without it, the contents list every page." in page.locator("main").inner_text()
    assert not page.locator(".search-page").is_visible()


def test_nothing_is_left_of_sphinx_s_own_search(site):
    assert not (site / "searchindex.js").exists()
    for name in ("searchtools", "language_data", "doctools", "documentation_options", "sphinx_highlight"):
        assert not (site / "_static" / f"{name}.js").exists(), name
