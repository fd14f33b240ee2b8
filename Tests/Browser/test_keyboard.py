"""Everything can be reached and done without a pointer."""
from conftest import first_learner


def focused(page) -> str:
    return page.evaluate("document.activeElement?.getAttribute('data-row') ?? document.activeElement?.innerText ?? ''")


def test_the_first_tab_stop_skips_to_the_page(tab):
    page = tab().open("/learners")
    page.keyboard.press("Tab")
    assert "Skip" in focused(page)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_from_the_list_to_a_learner_and_back_by_keyboard(tab):
    page = tab().open("/learners")
    first = page.locator("a[data-row]").first.get_attribute("data-row")
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page) == first:
            break
    assert focused(page) == first, "the first row cannot be reached with Tab"
    rows = [row.get_attribute("data-row") for row in page.locator("a[data-row]").all()]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == rows[min(2, len(rows) - 1)]
    page.keyboard.press("ArrowUp")
    assert focused(page) == rows[1]
    page.keyboard.press("End")
    assert focused(page) == rows[-1]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learners/*")
    page.locator(".timeline").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.go_back()
    page.locator("a[data-row]").first.wait_for()
    page.wait_for_timeout(300)
    assert focused(page) == rows[1], "coming back does not put the focus on the row that one left"


def test_only_one_row_is_a_tab_stop(tab):
    page = tab().open("/learners")
    assert page.locator("a[data-row][tabindex='0']").count() == 1


def test_marks_of_the_timeline_take_the_focus_and_speak(edge):
    opened = edge("hf_demo")
    page = opened.open("/learners?state=returned")
    page.locator("a[data-row]").first.click()
    mark = page.locator(".mark").first
    mark.wait_for()
    mark.focus()
    words = mark.get_attribute("aria-label")
    assert words and page.locator(".tooltip").inner_text() == words


def test_every_chart_has_a_table(tab):
    opened = tab()
    opened.page.locator(".chart svg").first.wait_for(timeout=20_000)
    for path in ["/", first_learner(opened)]:
        page = opened.open(path)
        page.locator(".chart svg").first.wait_for()
        for panel in page.locator(".panel:has(.chart)").all():
            title = panel.locator("h2").inner_text()
            assert panel.locator("table, .band-list, .count-bars").count() > 0, f"{title} has no table"
