from benchmarks.page_weight import LIMIT_KB, weigh


def test_the_first_view_of_every_page_is_light(browser, address, pages):
    heavy = {}
    for page in pages:
        _, _, zipped = weigh(browser, f"{address}/{page}")
        if zipped > LIMIT_KB * 1000:
            heavy[page] = f"{zipped / 1000:.0f} KB"
    assert not heavy, f"more than {LIMIT_KB} KB gzipped: {heavy}"
