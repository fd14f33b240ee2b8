"""Where the dashboard under test is, and a browser to look at it with.

HOLDFAST_BROWSER_URL and HOLDFAST_BROWSER_KEY name a running gateway and a key that may read (and, for live figures, send);
HOLDFAST_STACK names the stack.json of a local stack and does the same. With neither, a stand-in for the gateway is started.
HOLDFAST_BROWSER_SHOTS names a folder for screenshots of each page.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

import seed

HERE = pathlib.Path(__file__).resolve().parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@dataclasses.dataclass(frozen=True)
class Site:
    url: str
    key: str
    #: Whether it is the stand-in, which can play a gateway in trouble.
    is_mock: bool
    #: A key that may send events, for figures that move; none where nothing may be sent.
    sending_key: str | None
    #: A key that may mend what is wrong; none where nothing may be changed.
    admin_key: str | None = None


@pytest.fixture(scope="session")
def mock():
    """The stand-in, on a free port; it is stopped at the end by its own process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(HERE / "mock_gateway.py"), str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/")
        yield Site(url, "hf_demo", True, None, "hf_admin")
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def site(request):
    """The gateway under test: a real one where the environment names one."""
    if "HOLDFAST_BROWSER_URL" in os.environ:
        key = os.environ["HOLDFAST_BROWSER_KEY"]
        return Site(os.environ["HOLDFAST_BROWSER_URL"].rstrip("/"), key, False, key)
    if "HOLDFAST_STACK" in os.environ:
        stack = json.loads(pathlib.Path(os.environ["HOLDFAST_STACK"]).read_text())
        seed.fill(stack["url"], stack["adminKey"])
        return Site(stack["url"], stack["demoKey"], False, stack["demoKey"], stack["adminKey"])
    return request.getfixturevalue("mock")


def wait_for(url: str) -> None:
    last = None
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError as error:
            last = error
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within 10 s: {last}")


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        # Without one of the system's, Playwright's own is used, and says how to install it when that is missing, too.
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


class Tab:
    """One tab, signed in, that remembers everything the page complained of."""

    def __init__(self, browser, site, key=None, **options):
        self.site = site
        self.context = browser.new_context(**{"viewport": {"width": 1360, "height": 860}, **options})
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{site.url}/#key={key or site.key}")
        # The page has taken the key once it shows anything at all.
        self.page.locator("h1").first.wait_for()

    def open(self, path: str):
        self.page.goto(self.site.url + path)
        self.page.locator("h1").wait_for()
        self.settle()
        return self.page

    def settle(self):
        self.page.locator(".loading").first.wait_for(state="detached", timeout=20_000)


@pytest.fixture
def tab(browser, site):
    opened = []

    def make(key=None, **options):
        made = Tab(browser, site, key, **options)
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.context.close()


@pytest.fixture
def edge(browser, mock):
    """A tab on the stand-in, whatever is under test otherwise: for troubles that a sound gateway does not have."""
    opened = []

    def make(key, **options):
        made = Tab(browser, mock, key, **options)
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.context.close()


def first_learner(tab) -> str:
    """The address of the learner most at risk; its page has most to show."""
    page = tab.open("/learners")
    return page.locator("a[data-row]").first.get_attribute("href")


def first_course_run(tab) -> str:
    """The address of the first course run."""
    page = tab.open("/course-runs")
    return page.locator("main .plain-list a").first.get_attribute("href")
