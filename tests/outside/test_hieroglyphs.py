"""The second example as a person meets it: the stack is up, the page is built by the README's own lines, and a sign is drawn.

Needs Docker, the base image (scripts/base-image.sh), and a browser.
"""

import base64
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from chromium import need_browser, started
from places import BINARY, ROOT
from stack import Stack

SCREENSHOTS = ROOT / "target/browser"
COPIED = ("hieroglyphs", "web-client")

need_browser()

from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402


def arc(x, y, wide, high, begin=0, end=360, steps=24):
    turns = [math.radians(begin + (end - begin) * step / steps) for step in range(steps + 1)]
    return [(x + wide * math.sin(turn), y - high * math.cos(turn)) for turn in turns]


# In parts of the field's side, from its left upper corner.
EYE = [arc(0.5, 0.72, 0.45, 0.36, -65, 65), arc(0.5, 0.38, 0.46, 0.3, 115, 245), arc(0.5, 0.5, 0.1, 0.1)]
ANKH = [arc(0.5, 0.3, 0.11, 0.18), [(0.25, 0.51), (0.75, 0.5)], [(0.5, 0.48), (0.51, 0.9)]]
MOUTH = [arc(0.5, 0.85, 0.6, 0.45, -45, 45), arc(0.5, 0.21, 0.6, 0.45, 135, 225)]


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples") / "examples"
    for name in COPIED:
        shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("build", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def stack(examples, local_aws):
    stack = Stack(examples / "hieroglyphs/stack.yaml", local_aws)
    assert "the contract holds: 9 promises" in stack.run("up", "--yes").stdout
    yield stack
    stack.run("destroy", "--yes")


@pytest.fixture(scope="module")
def page(examples, stack, tmp_path_factory):
    """The page's address, after the README's lines; their last one is the server."""
    block = re.search(r"```sh\n(cd examples/hieroglyphs/page\n.*?)```", (ROOT / "examples/hieroglyphs/README.md").read_text(), re.S)[1]
    commands = tmp_path_factory.mktemp("bin")
    (commands / "lambdeploy").symlink_to(Path(BINARY).resolve())
    environment = stack.environment | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    script = re.sub(r"proxy\.mjs .*$", "proxy.mjs 0", block.rstrip())
    assert script != block.rstrip()
    server = subprocess.Popen(
        ["bash", "-ec", script], cwd=examples.parent, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    address = next((line.strip() for line in server.stdout if re.fullmatch(r"http://127\.0\.0\.1:\d+", line.strip())), None)
    assert address, "the README's lines started no server"
    yield address
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(10)


@pytest.fixture(scope="module")
def browser():
    with started("--hide-scrollbars") as driver:
        yield driver


@pytest.fixture
def at_page(browser, page):
    browser.set_window_size(620, 1130)
    browser.get(page)
    return browser


def draw(browser, strokes):
    """With the mouse, at the pace of a hand."""
    canvas = browser.find_element(By.TAG_NAME, "canvas")
    side = canvas.size["width"]
    chain = ActionChains(browser, duration=10)
    for stroke in strokes:
        points = [(side * (x - 0.5), side * (y - 0.5)) for x, y in stroke]
        chain.move_to_element_with_offset(canvas, *points[0]).click_and_hold()
        for x, y in points[1:]:
            chain.move_to_element_with_offset(canvas, x, y)
        chain.release()
    chain.perform()


def answer(browser):
    """What the page says, and the signs that it lists, once the answer is there."""
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".said.answered, .said.failed"))
    return browser.find_element(By.CSS_SELECTOR, ".said").text, [item.text for item in browser.find_elements(By.CSS_SELECTOR, "li")]


def ask(browser):
    browser.find_element(By.XPATH, "//button[text()='Ask']").click()
    return answer(browser)


def screenshot(browser, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert browser.save_screenshot(str(SCREENSHOTS / name))


def test_a_sign_drawn_with_the_mouse_is_recognised(at_page):
    draw(at_page, EYE)
    said, signs = ask(at_page)
    screenshot(at_page, "hieroglyphs.png")
    assert said == "It is eye (D4)."
    assert len(signs) == 5 and "𓁹" in signs[0] and "D4" in signs[0] and "%" in signs[0]
    bars = [float(bar.get_attribute("value")) for bar in at_page.find_elements(By.TAG_NAME, "meter")]
    assert bars == sorted(bars, reverse=True) and bars[0] > 0.5


def test_one_line_is_enough_for_a_narrow_part(at_page):
    draw(at_page, ANKH)
    assert ask(at_page)[0] == "It is sandal strap, ankh (S34)."


def test_another_sign_after_clear(at_page):
    draw(at_page, EYE)
    at_page.find_element(By.NAME, "clear").click()
    draw(at_page, MOUTH)
    assert ask(at_page)[0] == "It is mouth (D21)."


def test_undo_takes_the_last_line_away(at_page):
    draw(at_page, [*MOUTH, [(0.1, 0.1), (0.9, 0.9)]])
    at_page.find_element(By.NAME, "undo").click()
    assert ask(at_page)[0] == "It is mouth (D21)."


def test_by_keyboard_alone(at_page):
    """A flight of stairs."""
    up, down, left, right = Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_RIGHT
    keys = ActionChains(at_page)
    keys.send_keys(Keys.TAB, left * 17, down * 12, " ")
    keys.send_keys(up * 8, right * 11, up * 8, right * 11, up * 8, right * 13, down * 24, left * 35)
    keys.send_keys(" ", Keys.TAB, Keys.ENTER).perform()
    said, _ = answer(at_page)
    screenshot(at_page, "hieroglyphs-keyboard.png")
    assert said == "It is stairs (O40)."


def test_on_a_phone_nothing_is_cut_off(at_page):
    at_page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    try:
        draw(at_page, EYE)
        assert ask(at_page)[0] == "It is eye (D4)."
        screenshot(at_page, "hieroglyphs-phone.png")
        widths = at_page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1] <= 360
        buttons = [button.size["height"] for button in at_page.find_elements(By.TAG_NAME, "button")]
        assert min(buttons) >= 44, "a finger needs 44 pixels"
    finally:
        at_page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_picture_that_is_uploaded_is_asked_about_at_once(at_page):
    at_page.find_element(By.NAME, "image").send_keys(str(ROOT / "examples/hieroglyphs/tests/eye.png"))
    assert answer(at_page)[0] == "It is eye (D4)."


def test_without_a_drawing_the_page_says_what_to_do(at_page):
    assert ask(at_page) == ("Draw a sign first, or choose a picture.", [])


def test_what_is_no_picture_is_said_in_the_functions_words(at_page, tmp_path):
    file = tmp_path / "no.png"
    file.write_text("hello")
    at_page.find_element(By.NAME, "image").send_keys(str(file))
    assert answer(at_page) == ("Refused with 400: the picture is none of PNG, JPEG, WEBP, or damaged", [])


def test_the_key_is_in_nothing_that_the_page_gets(page, stack, at_page, examples):
    key = stack.key()
    sent = at_page.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert any(name.endswith("page.js") for name in sent)
    for name in ("index.html", "page.js", "page.css"):
        assert key not in (examples / "hieroglyphs/page" / name).read_text()
    assert key in (examples / "hieroglyphs/page/.env.local").read_text()
    fetched = "const [url, done] = arguments; fetch(url).then((answer) => done(answer.status));"
    assert [at_page.execute_async_script(fetched, path) for path in ("/.env.local", "/proxy.mjs")] == [404, 404]


def test_a_picture_as_the_body_itself(stack):
    data = (ROOT / "examples/hieroglyphs/tests/eye.png").read_bytes()
    binary = stack.call("POST", data, x_api_key=stack.key(), Content_Type="image/png")
    as_json = stack.call("POST", json.dumps({"image": base64.b64encode(data).decode()}).encode(), x_api_key=stack.key())
    assert binary[0] == 200 and json.loads(binary[2]) == json.loads(as_json[2])


def test_the_readmes_call_is_answered(stack, page, examples):
    block = re.search(r"```sh\n(curl .*?)```", (ROOT / "examples/hieroglyphs/README.md").read_text(), re.S)[1]
    script = f"set -a; . page/.env.local; {block}"
    ran = subprocess.run(["bash", "-ec", script], cwd=examples / "hieroglyphs", capture_output=True, text=True)
    assert json.loads(ran.stdout)["signs"][0]["code"] == "D4", ran.stderr


def test_the_measuring_command_measures():
    """The times are this machine's and are not judged here; the size is everybody's."""
    ran = subprocess.run([sys.executable, ROOT / "examples/hieroglyphs/measure.py", "1024"], stdout=subprocess.PIPE, text=True)
    size = re.search(r"beyond \S+: (\d+) MB", ran.stdout)
    assert ran.returncode == 0 and 10 < int(size[1]) < 150, ran.stdout
    assert re.search(r"\| 1024 MB \| 0\.58 \| [\d.]+ s \| \d+ ms \| \d+ ms \| \d+ ms \| \d+ MB \|", ran.stdout), ran.stdout


def test_pages_that_hold_the_key_may_read_the_answers(stack):
    headers = stack.call("POST", b"{}", x_api_key=stack.key(), Origin="http://localhost:3000")[1]
    assert headers["access-control-allow-origin"] == "http://localhost:3000"
