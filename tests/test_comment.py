"""The comment on a pull request: its step run as GitHub would, against a server that answers as GitHub's API does."""

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from ci.comment.comment import AUTHOR, MARK, harmless
from tests.run_action import run_step
from tests.run_session import ROOT

SHA = "3f2a1bc9d0e8" + 28 * "0"
RUN = {
    "head_sha": SHA,
    "head_branch": "faster & better",
    "head_repository": {"owner": {"login": "jo"}},
    "conclusion": "failure",
    "html_url": "https://github.com/us/project/actions/runs/1",
}
ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"

# What GitHub makes something of.
ACTIVE = re.compile(r"@\w|://|\]\(|\]\[|\]:|www\.\w|<(?!/?(details|summary|pre|br)>)|#\d|GH-\d|&(commat|#0*64);")


def comment(number, body, author=AUTHOR):
    """Return a comment as the API has it."""
    return {"id": number, "user": {"login": author}, "body": body}


@dataclass
class Repository:
    """The pull requests of jo's branch, the comments on number 7, and what was written: method, path, text."""

    pulls: list = field(default_factory=lambda: [{"number": 7, "head": {"sha": SHA}}])
    comments: list = field(default_factory=list)
    refuses_writing: bool = False
    written: list = field(default_factory=list)

    def answer(self, method, path, query, content):
        """Return status and document."""
        if method in ("POST", "PATCH"):
            self.written.append((method, path, content["body"]))
            return (403 if self.refuses_writing else 201), {}
        if path == "/repos/us/project/pulls":
            return 200, self.pulls if query["head"] == ["jo:faster & better"] else []
        assert path == "/repos/us/project/issues/7/comments"
        size, page = int(query["per_page"][0]), int(query["page"][0])
        return 200, self.comments[size * (page - 1) : size * page]


@contextmanager
def served(repository):
    """Serve the repository on loopback; the address is that of the API."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.headers["Authorization"] == "Bearer a token"
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = urlsplit(self.path)
            asked = (self.command, url.path, parse_qs(url.query), json.loads(content or "null"))
            status, document = repository.answer(*asked)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        do_POST = do_PATCH = do_GET  # noqa: N815 - the standard library's names

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def action(tmp_path):
    """Runs the action's step for a repository, with the Markdown that the gate left: what it did."""

    def run(repository, markdown="### PASS"):
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"workflow_run": RUN}))
        folder = tmp_path / "gate-to-tell"
        if markdown is not None:
            folder.mkdir(exist_ok=True)
            (folder / "gate.md").write_text(markdown)
        with served(repository) as api:
            given = {"GITHUB_API_URL": api, "GITHUB_REPOSITORY": "us/project", "GITHUB_EVENT_PATH": str(event)}
            done, _, _ = run_step({}, tmp_path, tmp_path, ROOT / "ci/comment", "comment", **given)
        assert "Traceback" not in done.stderr
        return done

    return run


def test_the_first_gate_of_a_pull_request_leaves_a_comment(action):
    """It is on the pull request that is at the gated commit, and says which run wrote it."""
    repository = Repository(pulls=[{"number": 3, "head": {"sha": "other"}}, {"number": 7, "head": {"sha": SHA}}])
    done = action(repository)
    assert (done.returncode, done.stdout) == (0, "commented on #7\n")
    ((method, path, text),) = repository.written
    assert (method, path) == ("POST", "/repos/us/project/issues/7/comments")
    assert text.startswith(f"{MARK}\n### PASS\n")
    assert "[its own run](https://github.com/us/project/actions/runs/1)" in text


def test_a_later_gate_replaces_the_comment(action):
    """It is found on whichever page it is; one that somebody else wrote is not touched."""
    forged = comment(1, f"{MARK}\nPASS", author="jo")
    others = [comment(number, "hello", author="jo") for number in range(2, 120)]
    repository = Repository(comments=[forged, *others, comment(200, f"{MARK}\n### PASS")])
    assert action(repository).returncode == 0
    assert [written[:2] for written in repository.written] == [("PATCH", "/repos/us/project/issues/comments/200")]


def test_a_gate_without_a_result_says_so(action):
    """The comment of an earlier commit would be taken for this one's."""
    repository = Repository()
    action(repository, markdown=None)
    assert "The gate ended without a result (failure)." in repository.written[0][2]


def test_a_pull_request_that_went_on_gets_no_comment(action):
    """The gate of its newest commit will leave one."""
    repository = Repository(pulls=[{"number": 7, "head": {"sha": "newer"}}])
    done = action(repository)
    assert (done.returncode, repository.written) == (0, [])
    assert "no open pull request" in done.stdout


def test_a_token_that_may_not_write_is_told(action):
    """The message says which permission it needs."""
    done = action(Repository(refuses_writing=True))
    assert done.returncode == 1
    assert "`pull-requests: write`" in done.stderr


@pytest.mark.parametrize(
    "hostile",
    [
        "@everybody",
        "&#64;everybody",
        "&commat;everybody",
        "&#064;everybody",
        "[click](https://example.org)",
        "![picture](https://example.org/p.png)",
        "[click][here]",
        "[here]: https://example.org",
        "https://example.org",
        "www.example.org",
        '<img src="//example.org/p.png">',
        '<a href="//example.org">click</a>',
        "fixes #12 and GH-12",
        MARK,
    ],
)
def test_what_no_gate_writes_is_made_harmless(hostile):
    """A fork's code can write anything into the Markdown: no mention, link, picture, tag or reference is left of it."""
    text = harmless(hostile)
    assert not ACTIVE.search(text)


def test_a_command_may_hold_an_address_but_no_tag():
    """GitHub takes nothing in a block of code for a mention or a link."""
    assert harmless("<pre>a@b <b>https://c.d</pre>") == "<pre>a@\u200bb &lt;b>https:\u200b//c.d</pre>"
    assert harmless("<pre>gate --base git+https://c.d@main</pre>") == "<pre>gate --base git+https://c.d@main</pre>"


def test_what_a_gate_writes_looks_the_same():
    """Only spaces without width are put in, and not into a command that somebody may copy."""
    written = (ROOT / "tests/data/judgement/markdown.md").read_text()
    kept = harmless(written)
    assert kept.replace(ZERO_WIDTH, "") == written.rstrip("\n").replace("&#64;", "@")
    assert next(line for line in written.splitlines() if line.startswith("<pre>")) in kept.splitlines()
