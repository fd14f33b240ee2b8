"""axe finds nothing serious on any page, in either theme."""
import pytest
from axe_playwright_python.sync_playwright import Axe

from test_pages import PAGES, address

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def serious(page):
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found
            if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_no_serious_violation(tab, path, scheme):
    opened = tab(color_scheme=scheme, reduced_motion="reduce")
    page = opened.open(address(opened, path))
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_form_has_no_serious_violation(browser, mock, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(mock.url)
    page.get_by_label("API key").wait_for()
    assert serious(page) == []
    context.close()


def test_nothing_moves_where_less_motion_is_wished(tab):
    page = tab(reduced_motion="reduce").open("/")
    running = page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length")
    assert running == 0
