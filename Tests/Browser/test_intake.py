"""Where events come from, what could not be taken in, and who is who: looked at, and mended."""
import re
import time

import pytest
from playwright.sync_api import expect

import seed
from conftest import first_learner
from test_accessibility import serious


#: A change of who somebody is works read models out anew, which takes seconds on a busy machine; in ms.
REWORK = 35_000


@pytest.fixture
def admin(tab, site):
    if site.admin_key is None:
        pytest.skip("there is no key that may change things")
    return tab(site.admin_key)


def send_bad_event(site) -> tuple[str, str]:
    """An event whose learner stands in a field of another name: its source and its id."""
    if site.is_mock:
        return "quiz-tool", "x-1"
    source = f"broken-{time.time_ns()}"
    gateway = seed.Gateway(site.url, site.sending_key)
    now = gateway.call("GET", "/v1/clock")["now"]
    receipt = gateway.call("POST", "/v1/events", {"source": source, "events": [
        {"id": "x-1", "student": "s1", "verb": "viewed", "occurredAt": now}]})
    assert receipt["receipts"][0]["status"] == "quarantined", receipt
    return source, "x-1"


def test_a_bad_event_is_found_patched_replayed_and_accepted(admin, site):
    source, event = send_bad_event(site)
    page = admin.open(f"/quarantine?source={source}&state=waiting")
    row = page.locator("main .plain-list li", has_text=re.compile(rf"event {event}(?!\d)"))
    row.get_by_role("link").click()
    mend = page.locator("section.panel", has=page.get_by_role("heading", name="Mend", exact=True))
    mend.get_by_label("JSON merge patch").fill('{"learner": "ada", "student": null}')
    preview = mend.get_by_label("The event after the patch")
    expect(preview).to_contain_text('"learner": "ada"')
    expect(preview).not_to_contain_text("student")
    mend.get_by_role("button", name="Correct this event").click()
    expect(mend.get_by_role("status")).to_contain_text("1 event corrected")
    expect(page.get_by_label("The corrected event")).to_contain_text('"ada"')
    mend.get_by_role("button", name="Replay this event").click()
    expect(mend.get_by_role("status")).to_contain_text("1 event replayed: 1 accepted")
    expect(page.locator("dl.facts")).to_contain_text("Replayed, then accepted")
    done = page.locator("section.panel", has=page.get_by_role("heading", name="What was done"))
    expect(done.locator("li")).to_have_count(2)
    assert serious(page) == []
    assert admin.complaints == []


def test_an_event_is_given_up_only_with_a_note(admin, site):
    source, _ = send_bad_event(site)
    page = admin.open(f"/quarantine?source={source}&state=waiting")
    mend = page.locator("section.panel", has=page.get_by_role("heading", name="Mend all that the filters show"))
    button = mend.get_by_role("button", name="Give up all shown")
    expect(button).to_be_disabled()
    mend.get_by_label("Why it is given up").fill("a test of the plugin")
    button.click()
    expect(mend.get_by_role("status")).to_contain_text("given up")
    expect(page.locator("main")).to_contain_text("None.")
    page = admin.open(f"/quarantine?source={source}&state=discarded")
    expect(page.locator("main .plain-list li").first).to_contain_text("Given up")


def test_a_key_that_may_only_read_is_told_what_it_lacks(tab, site):
    source, _ = send_bad_event(site)
    page = tab().open(f"/quarantine?source={source}")
    page.locator("main .plain-list a").first.click()
    page.get_by_role("button", name="Replay this event").click()
    expect(page.locator(".mend .notice-error")).to_contain_text("scope admin")


def test_a_conflict_stands_beside_the_event_that_holds_its_id(edge):
    opened = edge("hf_demo")
    page = opened.open("/quarantine/6")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="The event that holds its id"))
    expect(panel.locator("tbody tr")).to_have_text(re.compile("verb.*completed.*viewed", re.S))
    assert serious(page) == []
    assert opened.complaints == []


def test_each_source_says_whether_it_speaks(edge):
    page = edge("hf_demo").open("/sources")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="quiz-tool"))
    expect(panel).to_contain_text("Silent: data gap")
    expect(panel).to_contain_text("Its clock is ahead of ours")
    expect(panel).to_contain_text("Open since")
    assert panel.locator(".usual-hours rect").count() == 168
    expect(page.locator("main")).to_contain_text("flashcards")


def test_a_source_that_sends_is_on_the_page(tab, site):
    page = tab().open("/sources")
    name = "moodle-main" if site.is_mock else "browser"
    page.get_by_role("heading", name=name, exact=True).wait_for()


def test_unusual_things_lead_to_the_learner_and_the_course_run(edge):
    page = edge("hf_demo").open("/anomalies?open=true")
    row = page.locator("main .plain-list li").first
    assert "/learners/" in row.get_by_role("link").first.get_attribute("href")
    assert "/course-runs/" in row.get_by_role("link").nth(1).get_attribute("href")


def test_a_learner_is_made_staff_and_a_learner_again(admin):
    page = admin.open(first_learner(admin))
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Identity"))
    panel.get_by_label("Role").select_option("staff")
    expect(panel.get_by_role("status")).to_contain_text("count nowhere", timeout=REWORK)
    expect(panel.get_by_label("Role")).to_have_value("staff")
    panel.get_by_label("Role").select_option("learner")
    expect(panel.get_by_role("status")).to_contain_text("count as a learner again", timeout=REWORK)
    assert admin.complaints == []


def test_two_learners_are_merged_after_a_question_and_parted_again(admin):
    page = admin.open("/learners")
    one, other = [page.locator("a[data-row]").nth(n).get_attribute("href").split("?")[0] for n in (0, 1)]
    page = admin.open(one)
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Identity"))
    panel.get_by_label("Id of the other learner").fill(other.rsplit("/", 1)[1])
    panel.get_by_role("button", name="Merge into this learner").click()
    expect(panel.get_by_role("alert")).to_contain_text("Nothing is lost")
    panel.get_by_role("button", name="Yes, merge").click()
    expect(panel.get_by_role("status")).to_contain_text("Merged", timeout=REWORK)
    panel.get_by_role("button", name="Unmerge").click()
    expect(panel.get_by_role("status")).to_contain_text("They are two again", timeout=REWORK)
    assert admin.complaints == []
