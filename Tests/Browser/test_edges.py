"""What the page says when something is wrong. Played by the stand-in, for a sound gateway has no such troubles."""
import re

from playwright.sync_api import expect


def test_an_unknown_key_is_refused_with_a_sentence(edge):
    page = edge("hf_wrong").page
    expect(page.get_by_role("alert")).to_contain_text(re.compile("key"), timeout=10_000)
    page.get_by_label("API key").fill("hf_also_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not known here")
    page.get_by_label("API key").fill("hf_demo")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="Overview").wait_for()


def test_a_service_that_is_down_is_named_and_the_rest_is_shown(edge):
    opened = edge("hf_partial")
    page = opened.open("/")
    expect(page.locator(".notice-warning")).to_contain_text("Prediction does not answer; its figures are missing.")
    expect(page.locator(".figure", has_text="High or critical risk").locator(".figure-value")).to_have_text("–")
    assert page.locator(".panel", has_text="Events by minute").count() == 1
    page = opened.open("/system")
    expect(page.locator(".service-down")).to_contain_text("does not answer")
    expect(page.locator(".service", has_text="Nudging")).to_contain_text("1,204 facts")


def test_when_every_read_fails_the_page_says_so_and_offers_to_try_again(edge):
    page = edge("hf_down").page
    expect(page.locator(".notice-error")).to_contain_text("Tracking does not answer", timeout=10_000)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice-error")).to_contain_text("Tracking does not answer")


def test_an_empty_installation_teaches_the_first_step(edge):
    opened = edge("hf_empty")
    page = opened.open("/")
    expect(page.locator(".empty")).to_contain_text("No events yet")
    expect(page.locator(".code")).to_contain_text("curl")
    for path, words in [("/learners", "Nobody has a score yet"), ("/messages", "No mail yet"), ("/system", "No dead letters")]:
        page = opened.open(path)
        expect(page.locator(".empty").first).to_contain_text(words)
    assert opened.complaints == []


def test_a_slow_gateway_shows_that_it_is_being_read(edge):
    opened = edge("hf_slow")
    opened.page.goto(opened.site.url + "/learners")
    opened.page.locator(".loading").wait_for()
    opened.page.locator("a[data-row]").first.wait_for(timeout=20_000)


def test_a_key_that_is_revoked_ends_the_session_with_a_word(edge):
    page = edge("hf_revoked").page
    expect(page.get_by_role("alert")).to_contain_text("revoked", timeout=15_000)
    assert page.evaluate("sessionStorage.length") == 0


def test_a_lost_connection_is_said_and_comes_back(edge):
    opened = edge("hf_demo")
    page = opened.open("/")
    page.locator(".connection-live").wait_for(timeout=10_000)
    opened.context.set_offline(True)
    page.locator(".connection-lost").wait_for(timeout=10_000)
    expect(page.locator(".connection")).to_contain_text("Reconnecting")
    opened.context.set_offline(False)
    page.locator(".connection-live").wait_for(timeout=20_000)


def test_an_address_that_leads_nowhere_says_so(edge):
    opened = edge("hf_demo")
    assert "no such page" in opened.open("/nowhere").locator("h1").inner_text()
    page = opened.open("/learners/00000000-0000-0000-0000-000000000000")
    expect(page.locator(".notice-error")).to_contain_text("no such thing")


def test_rows_keep_their_places_under_the_pointer(edge):
    opened = edge("hf_demo")
    page = opened.open("/learners")
    before = page.locator("a[data-row]").all_inner_texts()
    page.locator("a[data-row]").nth(3).hover()
    page.wait_for_timeout(5_000)
    assert page.locator("a[data-row]").all_inner_texts() == before


def test_a_mail_is_shown_styled_and_can_neither_run_nor_fetch_anything(edge):
    opened = edge("hf_demo")
    hosts = set()
    opened.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page = opened.open("/messages")
    frame = page.frame_locator(".mail-frame")
    button = frame.get_by_text("Go on with the course")
    button.wait_for()
    assert button.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(11, 92, 173)"
    assert frame.locator(".last").evaluate("element => getComputedStyle(element).fontStyle") == "italic"
    assert button.get_attribute("href") is None
    assert page.locator(".mail-frame").get_attribute("sandbox") == "allow-same-origin"
    assert not any("tracker" in host for host in hosts)
    page.get_by_role("button", name="Plain text").click()
    expect(page.locator(".mail-text")).to_contain_text("Half an hour is enough")
    assert opened.complaints == []
