"""The snippet for pages of others: small, and what it tells arrives exactly once, whatever the network does."""
import json
import pathlib
import urllib.request
import uuid

import pytest

import names

DIST = pathlib.Path(__file__).resolve().parents[2] / "Services/Gateway/Dashboard/dist"
SOURCE = "snippet-tests"
PLACE = f"holdfast:{SOURCE}"
WAITING = f"JSON.parse(localStorage.getItem('{PLACE}') ?? '[]')"


class Visitor:
    """A learner with a browser of their own, on a page that has the snippet."""

    def __init__(self, browser, site):
        self.site = site
        self.key = site.sending_key or site.key
        self.name = f"visitor-{uuid.uuid4()}"
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.visit()

    def visit(self):
        self.page.goto(f"{self.site.url}/favicon.svg")
        self.page.goto(f"{self.site.url}/")
        self.page.evaluate(
            """([url, data]) => new Promise((loaded, failed) => {
                const script = document.createElement("script");
                Object.assign(script.dataset, data);
                script.src = url; script.onload = loaded; script.onerror = failed;
                document.head.append(script);
            })""",
            [f"{self.site.url}/holdfast.js", {"key": self.key, "source": SOURCE, "learner": self.name, "run": "snippet-run"}])

    def track(self, *verbs):
        for verb in verbs:
            self.page.evaluate("verb => holdfast.track(verb, { activity: { id: 'page-1', kind: 'content' } })", verb)

    def waiting(self):
        return self.page.evaluate(WAITING)

    def flush(self):
        self.page.evaluate("holdfast.flush()")

    def until_told(self):
        # Asked from here, because the page's security policy lets nothing inside it evaluate a condition.
        for _ in range(200):
            if not self.waiting():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"still waiting after 20 s: {self.waiting()}")

    def heard(self):
        """What Holdfast has, oldest first."""
        request = urllib.request.Request(
            f"{self.site.url}/v1/learners/{names.learner_id(SOURCE, self.name)}/events",
            headers={"authorization": f"Bearer {self.site.key}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return list(reversed(json.load(answer)["events"]))


@pytest.fixture
def visitor(browser, site):
    one = Visitor(browser, site)
    yield one
    one.context.close()


def test_the_snippet_is_smaller_than_3_kilobytes():
    assert (DIST / "holdfast.js").stat().st_size < 3_000


def test_what_is_done_offline_is_told_once_and_in_order_when_the_network_is_back(visitor):
    visitor.context.set_offline(True)
    visitor.track("viewed", "interacted", "completed")
    visitor.flush()
    waiting = visitor.waiting()
    assert [event["verb"] for event in waiting] == ["viewed", "interacted", "completed"]
    visitor.context.set_offline(False)
    visitor.until_told()
    heard = visitor.heard()
    assert [event["eventID"] for event in heard] == [event["id"] for event in waiting]
    assert [event["verb"] for event in heard] == ["viewed", "interacted", "completed"]


def test_an_answer_that_is_lost_makes_no_second_event(visitor):
    def lose_the_answer(route):
        route.fetch()
        route.abort()

    visitor.page.route("**/v1/events", lose_the_answer)
    visitor.track("posted")
    with visitor.page.expect_event("requestfailed"):
        visitor.flush()
    assert len(visitor.waiting()) == 1
    assert len(visitor.heard()) == 1
    visitor.page.unroute("**/v1/events")
    visitor.flush()
    visitor.until_told()
    assert len(visitor.heard()) == 1


def test_a_page_that_is_left_tells_what_waits_and_the_next_one_is_sure(visitor):
    visitor.track("viewed")
    [event] = visitor.waiting()
    visitor.page.goto("about:blank")
    visitor.visit()
    visitor.until_told()
    assert [heard["eventID"] for heard in visitor.heard()] == [event["id"]]


def test_the_queue_keeps_the_newest_thousand(visitor):
    visitor.context.set_offline(True)
    visitor.page.evaluate("for (let n = 0; n < 1010; n++) holdfast.track('viewed', { activity: { id: `page-${n}` } })")
    waiting = visitor.waiting()
    assert len(waiting) == 1000
    assert waiting[0]["activity"]["id"] == "page-10"


def test_nothing_is_told_of_nobody(visitor):
    visitor.page.evaluate("holdfast.identify('')")
    visitor.track("viewed")
    assert visitor.waiting() == []
