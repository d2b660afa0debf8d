"""A real browser on the web client: what a page of an allowed origin sees, and what a page from elsewhere does not.

The pages come from servers on loopback ports: another port is another origin.
"""

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCREENSHOT = ROOT / "target/browser/answer.png"

selenium = pytest.importorskip("selenium", reason="skipped: the Python package selenium is missing")
for tool in ("chromium", "chromedriver", "esbuild"):
    if shutil.which(tool) is None:
        pytest.skip(f"skipped: {tool} is missing", allow_module_level=True)

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

HANDLER = '''
import base64, json, os

def lambda_handler(event, context):
    image = base64.b64decode(json.loads(event.get("body") or "{}").get("image", ""))
    allowed = os.environ["ALLOWED_ORIGINS"].split(",")
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    origin = sent.get("origin") if sent.get("origin") in allowed else allowed[0]
    headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps({"bytes": len(image)})}
'''

STACK = """
stack: browser
region: us-east-2
functions:
  size: {{image: {{context: .}}, timeout: 10, memory: 256}}
api:
  routes:
    POST /: size
    POST /open: {{function: size, auth: none}}
  cors: {{origins: [{origins}]}}
  auth: api_key
  keys: [page]
  usage_plan: {{rate: 1, burst: 5}}
"""

CALL = """
const [url, headers, done] = arguments;
fetch(url, {method: "POST", headers, body: "{}"}).then(
  async (r) => done({status: r.status, text: await r.text()}),
  (error) => done({error: String(error)}));
"""

BURST = """
const [url, headers, done] = arguments;
Promise.all(Array.from({length: 30}, () => fetch(url, {method: "POST", headers, body: "{}"}).then((r) => r.status)))
  .then((all) => done({all}), (error) => done({error: String(error)}));
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Three origins that serve one folder: two allowed, one from elsewhere."""
    folder = tmp_path_factory.mktemp("pages")
    handler = functools.partial(Quiet, directory=str(folder))
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(3)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, [f"http://127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="module")
def client(pages, local_aws, tmp_path_factory):
    """The stack is up, and the web client is built with the variables that `output --env` writes."""
    folder, origins = pages
    context = tmp_path_factory.mktemp("stack")
    (context / "app.py").write_text(HANDLER)
    (context / "Dockerfile").write_text(
        'FROM public.ecr.aws/lambda/python:3.11\nCOPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.lambda_handler"]\n'
    )
    stack = context / "stack.yaml"
    stack.write_text(STACK.format(origins=", ".join(origins[:2])))

    def lambdeploy(*arguments):
        binary = os.environ.get("LAMBDEPLOY") or str(ROOT / "target/debug/lambdeploy")
        environment = os.environ | {"LAMBDEPLOY_LOCAL": local_aws.url}
        done = subprocess.run(
            [binary, *arguments, "--local", "-f", str(stack)], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    lambdeploy("up", "--yes")
    lambdeploy("output", "--env", str(context / "env"))
    variables = dict(line.split("=", 1) for line in (context / "env").read_text().split())
    define = [f"--define:process.env.{name}={json.dumps(value)}" for name, value in variables.items()]
    source = ROOT / "examples/web-client"
    subprocess.run(["esbuild", source / "page.ts", "--bundle", f"--outfile={folder / 'page.js'}", *define], check=True)
    shutil.copy(source / "index.html", folder)
    yield variables
    lambdeploy("destroy", "--yes")


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def fetch(browser, origin, url, script=CALL, **headers):
    browser.get(f"{origin}/index.html")
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.execute_async_script(script, url, sent)


def test_both_allowed_origins_get_the_answer(browser, pages, client):
    for origin in pages[1][:2]:
        seen = fetch(browser, origin, client["NEXT_PUBLIC_LAMBDA_API_URL"], x_api_key=client["NEXT_PUBLIC_API_KEY"])
        assert seen == {"status": 200, "text": '{"bytes": 0}'}


def test_without_a_key_the_page_sees_403(browser, pages, client):
    seen = fetch(browser, pages[1][0], client["NEXT_PUBLIC_LAMBDA_API_URL"])
    assert seen["status"] == 403 and json.loads(seen["text"]) == {"message": "Forbidden"}


def test_a_page_from_elsewhere_is_blocked(browser, pages, client):
    seen = fetch(browser, pages[1][2], client["NEXT_PUBLIC_LAMBDA_API_URL"], x_api_key=client["NEXT_PUBLIC_API_KEY"])
    assert "Failed to fetch" in seen["error"]


def test_a_page_from_elsewhere_cannot_read_the_answer_of_a_simple_call(browser, pages, client):
    url = client["NEXT_PUBLIC_LAMBDA_API_URL"] + "open"
    assert fetch(browser, pages[1][0], url, Content_Type="text/plain")["status"] == 200
    assert "Failed to fetch" in fetch(browser, pages[1][2], url, Content_Type="text/plain")["error"]


def test_the_client_page_shows_the_answer(browser, pages, client):
    image = pages[0] / "pixel.png"
    image.write_bytes(b"\x89PNG" + bytes(96))
    browser.get(f"{pages[1][0]}/index.html")
    browser.find_element(By.NAME, "image").send_keys(str(image))
    browser.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, "output.answered, output.failed"))
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    assert browser.save_screenshot(str(SCREENSHOT))
    assert json.loads(browser.find_element(By.TAG_NAME, "output").text) == {"bytes": 100}


def test_over_burst_the_page_sees_429(browser, pages, client):
    seen = fetch(
        browser,
        pages[1][0],
        client["NEXT_PUBLIC_LAMBDA_API_URL"],
        BURST,
        x_api_key=client["NEXT_PUBLIC_API_KEY"],
    )
    assert set(seen.get("all", [seen])) == {200, 429}
