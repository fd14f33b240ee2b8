"""Each page loads whole, without a complaint in the console, and its live figures move."""
import os
import pathlib
import re

import pytest

import seed
from conftest import first_course_run, first_learner

PAGES = ["/", "/learners", "learner", "/course-runs", "course-run", "/messages", "/system", "/sources", "/quarantine", "/anomalies"]
TITLES = {"/": "Overview", "/learners": "Learners", "/course-runs": "Courses", "/messages": "Messages", "/system": "System",
          "/sources": "Sources", "/quarantine": "Quarantine", "/anomalies": "Unusual"}


def address(tab, page: str) -> str:
    return {"learner": first_learner, "course-run": first_course_run}.get(page, lambda _: page)(tab)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_a_complaint_and_is_photographed(tab, path):
    opened = tab()
    page = opened.open(address(opened, path))
    if path in TITLES:
        assert page.locator("h1").inner_text() == TITLES[path]
    assert page.locator("main").inner_text().strip()
    assert page.locator(".notice-error").count() == 0
    assert opened.complaints == []
    folder = os.environ.get("HOLDFAST_BROWSER_SHOTS")
    if folder:
        name = "overview" if path == "/" else path.strip("/")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(300)
            page.screenshot(path=str(pathlib.Path(folder) / f"{name}-{scheme}.png"), full_page=path != "/learners")


def test_a_learners_page_says_how_far_how_long_when_and_how_they_study(tab):
    opened = tab()
    page = opened.open(first_learner(opened))
    for title in ["Progress", "Time on task", "How they study", "Unusual"]:
        panel = page.locator("section.panel", has=page.get_by_role("heading", name=title, exact=True))
        panel.wait_for(timeout=10_000)
        panel.locator(".loading").wait_for(state="detached", timeout=10_000)
    assert page.locator(".notice-error").count() == 0
    assert opened.complaints == []


def test_a_course_runs_page_adds_up(tab, site):
    opened = tab()
    page = opened.open(first_course_run(opened))
    standing = page.locator("dl.standing")
    standing.wait_for(timeout=10_000)
    learners = int(standing.locator("div", has_text="Learners").locator("dd").inner_text().replace(",", ""))
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Where learners stand"))
    stands = [int(number.replace(",", "")) for number in panel.locator(".count-number").all_inner_texts()]
    assert sum(stands) == learners
    if not site.is_mock:
        assert learners == seed.LEARNERS
    week = page.locator("svg[aria-label*='by weekday and hour']")
    week.wait_for(timeout=10_000)
    assert week.locator("rect").count() == 7 * 24
    assert opened.complaints == []


def test_the_live_sign_and_the_live_figures_move(tab, site):
    opened = tab()
    page = opened.open("/")
    page.locator(".connection-live").wait_for(timeout=10_000)
    total = page.locator(".figure", has_text="Events, last minute").locator(".figure-more")
    before = total.inner_text()
    if not site.is_mock:
        seed.send_event(site.url, site.sending_key)
    page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)].some(e => /in all/.test(e.innerText) && e.innerText !== before)",
        arg=[".figure-more", before], timeout=10_000)
    page.locator(".feed-line").first.wait_for(timeout=10_000)
    assert opened.complaints == []


def test_the_feed_stands_still_while_it_is_paused(edge):
    page = edge("hf_demo").open("/")
    page.locator(".feed-line").nth(2).wait_for(timeout=10_000)
    page.get_by_role("button", name="Pause").click()
    held = page.locator(".feed").inner_text()
    page.get_by_role("button", name=re.compile("newer")).wait_for(timeout=10_000)
    assert [line for line in page.locator(".feed-words").all_inner_texts()] != []
    strip = re.compile(r"just now|\d+ (s|min) ago")
    assert strip.sub("", page.locator(".feed").inner_text()) == strip.sub("", held)


def test_the_key_leaves_the_address_bar_and_outlives_a_reload(tab, site):
    page = tab().page
    page.locator("h1", has_text="Overview").wait_for()
    assert "key" not in page.url and site.key not in page.url
    page.reload()
    page.locator("h1", has_text="Overview").wait_for()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 375])
def test_a_page_fits_a_phone_without_scrolling_sideways(tab, path, width):
    opened = tab(viewport={"width": width, "height": 740}, has_touch=True)
    page = opened.open(address(opened, path))
    page.wait_for_timeout(300)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{path} is {wide} px wide on a phone of {width} px"


def test_filters_stay_in_the_address_and_narrow_the_list(tab):
    opened = tab()
    page = opened.open("/learners?band=low")
    assert page.get_by_label("Risk band").input_value() == "low"
    for badge in page.locator(".learners .badge").all_inner_texts():
        assert badge.strip() == "Low"
    page.get_by_label("Risk band").select_option("")
    page.wait_for_function("!location.search.includes('band')")


def test_nothing_is_asked_of_another_host(tab, site):
    opened = tab()
    hosts = set()
    opened.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    opened.open("/messages")
    opened.open("/")
    assert hosts == {site.url.split("/")[2]}
