"""A real browser on the web client: what a page of an allowed origin sees, and what a page from elsewhere does not.

The pages come from servers on loopback ports: another port is another origin.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import urllib.request

import pytest
from chromium import need_browser, started
from places import BINARY, ROOT

SCREENSHOT = ROOT / "target/browser/answer.png"

need_browser()

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402
from web_client import Site, build, with_proxy  # noqa: E402

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
    GET /page: {{function: size, auth: none}}
    GET /signed: {{function: size, auth: iam}}
    GET /pool: {{function: size, auth: {{cognito: ['arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_a']}}}}
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

GET = """
const [url, headers, done] = arguments;
fetch(url, {headers}).then((r) => done({status: r.status}), (error) => done({error: String(error)}));
"""

# What a page can do without being allowed anything: read, send a form, show an image. Gives the status of each, or why there is none.
BREAK_IN = """
const [base, done] = arguments;
const seen = (options) => (path) => fetch(base + path, options).then((r) => r.type === "opaque" ? "opaque" : r.status, () => "blocked");
const image = new Promise((over) => {
  const image = new Image();
  image.onload = image.onerror = () => over("shown");
  image.src = base + "/_local/stop?" + Math.random();
});
Promise.all([
  ...["/_local/dump", "/_local/requests", "/v2/", "/restapis"].map(seen({})),
  ...["/_local/stop", "/v2/app/blobs/uploads/?token=x"].map(seen({method: "POST", mode: "no-cors", body: "x"})),
  seen({method: "PUT", body: "{}"})("/_local/faults"),
  image,
]).then((all) => done(all));
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
    """The stack is up, and the web client is built with the variables that `output --env` writes: these."""
    folder, origins = pages
    context = tmp_path_factory.mktemp("stack")
    (context / "app.py").write_text(HANDLER)
    (context / "Dockerfile").write_text(
        'FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.lambda_handler"]\n'
    )
    stack = context / "stack.yaml"
    stack.write_text(STACK.format(origins=", ".join(origins[:2])))

    def lambdeploy(*arguments):
        environment = os.environ | {"LAMBDEPLOY_LOCAL": local_aws.url}
        done = subprocess.run(
            [BINARY, *arguments, "--local", "-f", str(stack)], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    lambdeploy("up", "--yes")
    lambdeploy("output", "--env", str(folder / ".env.local"))
    build(folder)
    yield variables(folder)
    lambdeploy("destroy", "--yes")


def variables(folder):
    lines = (folder / ".env.local").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def site(pages, client, tmp_path_factory):
    """The page on a server of its own, which keeps the key: its folder, and the server."""
    folder, scratch = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("server")
    shutil.copy(pages[0] / ".env.local", folder)
    with_proxy(folder)
    build(folder)
    written = variables(folder)
    site = Site(folder, written, scratch)
    yield folder, site
    assert client["NEXT_PUBLIC_API_KEY"] not in site.close()


@pytest.fixture(scope="module")
def browser():
    # A name of somebody else's that points at this machine, as DNS rebinding makes one.
    with started("--host-resolver-rules=MAP rebound.example 127.0.0.1") as driver:
        yield driver


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


def test_a_page_signs_in_with_a_user_pool(browser, pages, client, local_aws):
    url = client["NEXT_PUBLIC_LAMBDA_API_URL"] + "pool"
    with urllib.request.urlopen(f"{local_aws.url}/_local/cognito/us-east-2_a/token?username=ada") as answer:
        token = answer.read().decode().strip()
    assert fetch(browser, pages[1][0], url, GET) == {"status": 401}
    assert fetch(browser, pages[1][0], url, GET, Authorization=token) == {"status": 200}
    assert "Failed to fetch" in fetch(browser, pages[1][2], url, GET, Authorization=token)["error"]


def test_a_page_sees_that_a_signature_is_missing(browser, pages, client):
    url = client["NEXT_PUBLIC_LAMBDA_API_URL"] + "signed"
    assert fetch(browser, pages[1][0], url, GET) == {"status": 403}
    assert fetch(browser, pages[1][0], url, GET, Authorization="AWS4-HMAC-SHA256 Credential=x", X_Amz_Date="now") == {"status": 403}


def test_a_page_from_elsewhere_is_blocked(browser, pages, client):
    seen = fetch(browser, pages[1][2], client["NEXT_PUBLIC_LAMBDA_API_URL"], x_api_key=client["NEXT_PUBLIC_API_KEY"])
    assert "Failed to fetch" in seen["error"]


def test_a_page_from_elsewhere_cannot_read_the_answer_of_a_simple_call(browser, pages, client):
    url = client["NEXT_PUBLIC_LAMBDA_API_URL"] + "open"
    assert fetch(browser, pages[1][0], url, Content_Type="text/plain")["status"] == 200
    assert "Failed to fetch" in fetch(browser, pages[1][2], url, Content_Type="text/plain")["error"]


def break_in(browser, local_aws, page, base):
    """What a script on `page` is answered by the doors at `base`; whatever it is, the local AWS goes on as it was."""
    before = state(local_aws)
    browser.get(page)
    answers = browser.execute_async_script(BREAK_IN, base)
    assert state(local_aws) == before
    return answers[:-1]


def state(local_aws):
    """All that there is but the functions' logs, which grow by calls of their stage."""
    with urllib.request.urlopen(f"{local_aws.url}/_local/dump") as dump:
        accounts = json.load(dump)["accounts"]
    regions = (region for account in accounts.values() for region in account["regions"].values())
    return accounts["000000000000"]["iam"], [{k: v for k, v in region.items() if k != "logs"} for region in regions]


def test_a_rebound_name_opens_no_door(browser, client, local_aws):
    rebound = f"http://rebound.example:{local_aws.port}"
    assert break_in(browser, local_aws, f"{rebound}/_local/dump", rebound) == [403] * 7
    assert "rebound.example" in browser.find_element(By.TAG_NAME, "body").text


def test_the_page_of_a_function_opens_no_door(browser, client, local_aws):
    path = client["NEXT_PUBLIC_LAMBDA_API_URL"]
    # By the path's form the page has the address of all the other doors.
    assert break_in(browser, local_aws, f"{path}page", local_aws.url) == [403] * 7
    assert json.loads(browser.find_element(By.TAG_NAME, "body").text) == {"bytes": 0}
    # The browser finds every name below `localhost` itself.
    own_host = re.sub(r"//127\.0\.0\.1:(\d+)/_aws/execute-api/(\w+)/", r"//\2.execute-api.localhost:\1/", path)
    assert own_host != path
    answers = break_in(browser, local_aws, f"{own_host}page", re.match(r"http://[^/]+", own_host)[0])
    # On the API's own host all of these are paths of the API: stages that it does not have.
    assert answers == [403] * 7


def test_a_page_from_elsewhere_opens_no_door(browser, pages, client, local_aws):
    answers = break_in(browser, local_aws, f"{pages[1][2]}/index.html", local_aws.url)
    assert set(answers) <= {"blocked", "opaque"}


def test_a_person_may_look_with_a_browser(browser, local_aws):
    browser.get(f"{local_aws.url}/_local/health")
    assert browser.find_element(By.TAG_NAME, "body").text == "ok"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """100 bytes."""
    image = tmp_path_factory.mktemp("image") / "pixel.png"
    image.write_bytes(b"\x89PNG" + bytes(96))
    return image


def ask(browser, origin, image):
    """Fills in the page's form and gives what it then shows."""
    browser.get(f"{origin}/index.html")
    browser.find_element(By.NAME, "image").send_keys(str(image))
    browser.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, "output.answered, output.failed"))
    return browser.find_element(By.TAG_NAME, "output").text


def test_the_client_page_shows_the_answer(browser, pages, client, image):
    shown = ask(browser, pages[1][0], image)
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    assert browser.save_screenshot(str(SCREENSHOT))
    assert json.loads(shown) == {"bytes": 100}


def test_with_the_proxy_the_page_has_the_answer_and_not_the_key(browser, client, site, image):
    folder, server = site
    assert json.loads(ask(browser, server.origin, image)) == {"bytes": 100}
    key = client["NEXT_PUBLIC_API_KEY"]
    assert all(key not in (folder / name).read_text() for name in ("page.js", "index.html"))


def test_a_page_from_elsewhere_cannot_call_by_the_proxy(browser, pages, site, client):
    url = f"{site[1].origin}/api/analyze"
    assert "Failed to fetch" in fetch(browser, pages[1][0], url, Content_Type="text/plain")["error"]
    assert "Failed to fetch" in fetch(browser, pages[1][0], url)["error"]


def test_the_page_shows_a_refusal_with_its_status(browser, pages, client, image):
    wrong = (pages[0] / "page.js").read_text().replace(client["NEXT_PUBLIC_API_KEY"], "no-such-key")
    (pages[0] / "wrong.js").write_text(wrong)
    page = (pages[0] / "index.html").read_text()
    (pages[0] / "wrong").mkdir()
    (pages[0] / "wrong/index.html").write_text(page.replace("page.js", "../wrong.js"))
    assert ask(browser, f"{pages[1][0]}/wrong", image) == "Refused with 403: Forbidden"


def test_over_burst_the_page_sees_429(browser, pages, client):
    seen = fetch(
        browser,
        pages[1][0],
        client["NEXT_PUBLIC_LAMBDA_API_URL"],
        BURST,
        x_api_key=client["NEXT_PUBLIC_API_KEY"],
    )
    assert set(seen.get("all", [seen])) == {200, 429}
