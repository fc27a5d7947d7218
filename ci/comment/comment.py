"""Post what a gate found as a comment on its pull request: one comment, which every later gate replaces.

It runs in a workflow on `workflow_run`, with a token that can write and with none of the pull request's code. What the
gate wrote is of strangers' making all the same, because their code ran beside it: the pull request is found by asking
GitHub, never from the artifact, and nothing in the Markdown can mention, link or show anything. Standard library only.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

# The comment that is replaced begins with it, and is by this user.
MARK, AUTHOR = "<!-- joblib performance gate -->", "github-actions[bot]"

# GitHub refuses more than 65,536 characters.
_MOST_CHARACTERS = 60_000

_PER_PAGE = 100

# All that a gate's Markdown has of HTML. A block with a command is kept as it is, so that the command can be copied.
_FOREIGN_TAG = re.compile(r"<(?!/?(?:details|summary|pre|br)>)")
_FOREIGN_REFERENCE = re.compile(r"&(?!(?:#[1-9]\d{1,2}|#x27|lt|gt|amp|quot);)")
_COMMAND = re.compile(r"^<pre>[^<]*</pre>$")

# Where Markdown or GitHub makes a mention, a link, an image or a reference to an issue; a space without width is put
# behind it.
_ACTIVE = re.compile(r"@|:(?=//)|www\.|\]|(?<!&)#(?=\d)|\bGH-", re.IGNORECASE)


def harmless(markdown: str) -> str:
    """Return a gate's Markdown with everything taken out of it that a gate does not write."""
    lines = markdown[:_MOST_CHARACTERS].splitlines()
    return "\n".join(_harmless_line(line) for line in lines)


def _harmless_line(line: str) -> str:
    if _COMMAND.match(line):
        return line
    line = _FOREIGN_TAG.sub("&lt;", _FOREIGN_REFERENCE.sub("&amp;", line))
    return _ACTIVE.sub("\\g<0>\N{ZERO WIDTH SPACE}", line.replace("&#64;", "@"))


def comment_on(run: dict, markdown: str | None) -> str:
    """Return the comment's text; `run` is the event's workflow run, `markdown` None if the gate left none."""
    told = harmless(markdown) if markdown else f"The gate ended without a result ({run['conclusion']})."
    commit, url = run["head_sha"][:12], run["html_url"]
    return f"{MARK}\n{told}\n\n<sub>The performance gate of {commit}, written by [its own run]({url}).</sub>\n"


class GitHub:
    """The part of GitHub's REST API that a comment needs."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._address = f"{api}/repos/{repository}"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}

    def pull_requests(self, run: dict) -> list[int]:
        """Return the numbers of the open pull requests of the run's branch whose newest commit the run is of."""
        # A fork that was deleted in the meantime has no name; its pull request can't be found by it.
        owner = (run["head_repository"] or {}).get("owner", {}).get("login", "")
        found = self._ask(
            "GET", f"/pulls?state=open&per_page={_PER_PAGE}&head={quote(owner)}:{quote(run['head_branch'])}"
        )
        return [pull["number"] for pull in found if pull["head"]["sha"] == run["head_sha"]]

    def earlier_comment(self, number: int) -> int | None:
        """Return the id of the comment that an earlier gate left on a pull request."""
        page = 1
        while comments := self._ask("GET", f"/issues/{number}/comments?per_page={_PER_PAGE}&page={page}"):
            for comment in comments:
                if comment["user"]["login"] == AUTHOR and comment["body"].startswith(MARK):
                    return comment["id"]
            page += 1
        return None

    def post(self, number: int, text: str) -> None:
        """Leave the comment on a pull request, in place of an earlier one."""
        earlier = self.earlier_comment(number)
        if earlier is None:
            self._ask("POST", f"/issues/{number}/comments", {"body": text})
        else:
            self._ask("PATCH", f"/issues/comments/{earlier}", {"body": text})

    def _ask(self, method: str, path: str, content: dict | None = None) -> list | dict:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._address + path, data, self._headers, method=method)  # noqa: S310 - the runner's
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            return json.load(answer)


def main() -> None:
    """Post the comment with what the runner gives: its variables, the event, and the downloaded file."""
    run = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())["workflow_run"]
    path = Path(os.environ["GATE_MARKDOWN"])
    markdown = path.read_text(errors="replace") if path.is_file() else None
    github = GitHub(os.environ["GITHUB_API_URL"], os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"])
    try:
        numbers = github.pull_requests(run)
        for number in numbers:
            github.post(number, comment_on(run, markdown))
    except urllib.error.URLError as error:
        sys.exit(f"error: {error}: GitHub refused; expected a token with `pull-requests: write`")
    pulls = ", ".join(f"#{number}" for number in numbers)
    print(f"commented on {pulls}" if pulls else f"no open pull request is at {run['head_sha']}: no comment")


if __name__ == "__main__":
    main()
