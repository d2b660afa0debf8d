"""The browser of the tests: Debian's Chromium, or Chrome where that is there instead, as on GitHub's machines."""

import shutil
from contextlib import contextmanager

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
TOOLS = {"chromium": BROWSER} | {name: shutil.which(name) for name in ("chromedriver", "esbuild", "node")}


def need_browser() -> None:
    """Skips the module, and says why, where something is missing that a page needs. For a module's top."""
    pytest.importorskip("selenium", reason="skipped: the Python package selenium is missing")
    for tool, place in TOOLS.items():
        if place is None:
            pytest.skip(f"skipped: {tool} is missing", allow_module_level=True)


@contextmanager
def started(*arguments: str):
    """A browser without a window; its driver."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server", *arguments):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(TOOLS["chromedriver"]))
    driver.set_script_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()
