"""accepted.toml: what it lets through, when an entry is over, what `--accept` writes, and what is refused."""

import datetime
import json
import subprocess
import tomllib
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from benchmarks.__main__ import main
from benchmarks.acceptance.entries import read_acceptances
from benchmarks.errors import GateError, Unreadable
from benchmarks.gate.ancestry import base_contains, contains
from tests.gate.records import measured, record, side

TODAY = datetime.date(2026, 12, 1)
TOMORROW, YESTERDAY = TODAY + datetime.timedelta(days=1), TODAY - datetime.timedelta(days=1)


def entry(match="loky-n2-*", most="20%", why="it checks its workers", **more):
    """An entry of the file; it counts until tomorrow if nothing else is said."""
    keys = {"match": match, "most": most, "why": why, **(more or {"until": str(TOMORROW)})}
    return "\n".join(["[[accept]]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]) + "\n"


@pytest.fixture(scope="module")
def slower(tmp_path_factory):
    """A record in which both cases of loky are 8 % slower: so are their backend and the grid."""
    folder = tmp_path_factory.mktemp("slower")
    measured(folder, (0.01,) * 4, pairs=24, slower=(1.08, 1.08, 1.0, 1.0))
    return folder


@pytest.fixture
def judged(slower, tmp_path, capsys, monkeypatch):
    """Judges the record with these entries: exit code, verdicts by short name, and the JSON document."""
    monkeypatch.setattr("benchmarks.cli.acceptance_options.today", lambda: TODAY)

    def judge(*entries, options=()):
        path, document = tmp_path / "accepted.toml", tmp_path / "out.json"
        if entries:
            path.write_text("\n".join(entries))
        arguments = ["gate", "--recompute", str(slower), "--accepted", str(path), "--json", str(document), *options]
        code = main(arguments)
        told = json.loads(document.read_text()) if code != 2 else {"cases": [], "notes": [capsys.readouterr().err]}
        names = {row["name"].partition("[")[2].removesuffix("]") or row["name"]: row for row in told["cases"]}
        return code, {name: row["verdict"] for name, row in names.items()}, told

    return judge


def test_what_an_entry_covers_passes(judged):
    """Covered cases are ACCEPTED, and so are the groups that are not slower without them."""
    code, verdicts, told = judged(entry())
    assert code == 0
    assert told["summary"] == "PASS: 4 ACCEPTED and no other regression seen; 2 of 6 rows proved unchanged to 5 %"
    accepted = {name for name, verdict in verdicts.items() if verdict == "ACCEPTED"}
    assert accepted == {"loky-n2-b10", "loky-n2-b100", "backend LokyBackend", "the whole grid"}
    assert f"up to +20 %, until {TOMORROW}: it checks its workers" in {row["note"] for row in told["cases"]}


def test_what_no_entry_covers_still_fails(judged):
    """One accepted case does not excuse another, nor the backend that is slower without it."""
    code, verdicts, _ = judged(entry("loky-n2-b10"))
    assert code == 1
    assert verdicts["loky-n2-b10"] == "ACCEPTED"
    assert {verdicts[name] for name in ("loky-n2-b100", "backend LokyBackend", "the whole grid")} == {"REGRESSION"}


def test_beyond_most_it_fails(judged):
    """A slowdown larger than `most` is a regression, and its row says by how much."""
    code, verdicts, told = judged(entry(most="7%"))
    assert (code, verdicts["loky-n2-b10"]) == (1, "REGRESSION")
    assert any("accepted up to +7 %" in row["note"] for row in told["cases"])


def test_after_until_it_fails(judged):
    """An entry counts on its last day, and no longer."""
    assert judged(entry(until=str(TODAY)))[0] == 0
    code, verdicts, told = judged(entry(until=str(YESTERDAY)))
    assert (code, verdicts["loky-n2-b10"]) == (1, "REGRESSION")
    assert f"[[accept]] 1 expired on {YESTERDAY}: remove it." in "\n".join(told["notes"])


def test_once_base_has_it_the_entry_is_over(judged):
    """Base is joblib 1.6.0: a slowdown since then is accepted, one that came with it is none of this change's."""
    assert judged(entry(since="joblib==1.7.0"))[0] == 0
    code, _, told = judged(entry(since="joblib==1.6.0"))
    assert code == 1
    assert "base already has joblib==1.6.0: remove it." in "\n".join(told["notes"])


def test_what_cannot_be_told_is_told(judged):
    """A commit that base, a release, can't be asked about leaves the entry in force and the reader informed."""
    code, _, told = judged(entry(since="1234abc"))
    assert code == 0
    assert "it can't be determined whether base already has 1234abc: base is not a commit." in "\n".join(told["notes"])


def test_an_entry_that_names_nothing_is_remarked(judged):
    """A pattern that matches no row is probably mistyped."""
    _, _, told = judged(entry("loki-*"), entry())
    assert "[[accept]] 1 matches no row of this gate: loki-*." in "\n".join(told["notes"])


def test_an_entry_about_memory_leaves_time_alone(judged):
    """`quantity` says what an entry is about; without it, time."""
    code, verdicts, _ = judged(entry(quantity="peak PSS", until=str(TOMORROW)))
    assert (code, verdicts["loky-n2-b10"]) == (1, "REGRESSION")


def test_every_output_shows_it(judged, tmp_path, slower, capsys):
    """Terminal, Markdown and JUnit name the verdict and the reason; JUnit counts it as skipped."""
    outputs = ("--markdown", str(tmp_path / "out.md"), "--junit", str(tmp_path / "out.xml"))
    judged(entry(), options=outputs)
    assert "loky-n2-b10: up to +20 %" in capsys.readouterr().out
    assert "ACCEPTED<br>up to +20 %" in (tmp_path / "out.md").read_text()
    suite = ElementTree.fromstring((tmp_path / "out.xml").read_text())[0]  # noqa: S314 - our own
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "4")
    page = tmp_path / "page.html"
    assert main(["report", str(slower), "--accepted", str(tmp_path / "accepted.toml"), "-o", str(page)]) == 0
    assert "ACCEPTED: up to +20 %" in page.read_text()


def test_accept_writes_the_entry(judged, slower, tmp_path):
    """The entry is added to the file as it was, and the gate then passes as far as the entry goes."""
    comment = "# Prices that we pay.\n"
    path = tmp_path / "accepted.toml"
    path.write_text(comment)
    options = ("--accept", "loky-n2-*", "--why", 'a "price" — ours', "--until", str(TOMORROW))
    code, verdicts, _ = judged(options=options)
    assert (code, verdicts["loky-n2-b100"]) == (0, "ACCEPTED")
    assert path.read_text().startswith(comment)
    (written,) = tomllib.loads(path.read_text())["accept"]
    assert written == {"match": "loky-n2-*", "most": "9%", "why": 'a "price" — ours', "until": str(TOMORROW)}
    assert judged(options=("--accept", "loky-n2-b10", "--why", "x"))[0] == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--accept", "loky-n2-b10"), 'expected --why "TEXT" as well'),
        (("--accept", "loky-n2-b10", "--why", " "), 'expected --why "TEXT" as well'),
        (("--accept", "loky-n2-b10", "--why", "a\nb"), "expected one line of printable text"),
        (("--accept", "loky-n2-b10", "--why", "x", "--until", "soon"), "--until soon: not a date"),
        (("--accept", "loky-n2-b10", "--why", "x", "--until", "2020-01-01"), "already past"),
        (("--accept", "threading-n2-b10", "--why", "x"), "not a REGRESSION; expected one of loky-n2-b10"),
        (("--why", "x"), "--why: expected --accept CASE as well"),
    ],
)
def test_what_cannot_be_accepted_is_refused(judged, tmp_path, options, why):
    """Nothing is written, and the message says what is expected."""
    code, _, told = judged(options=("--accepted", str(tmp_path / "new.toml"), *options))
    assert (code, why in told["notes"][0]) == (2, True), told["notes"]
    assert not (tmp_path / "new.toml").exists()


def test_accepting_needs_a_measured_gate(capsys):
    """--accept without --recompute would measure for ten minutes first."""
    assert main(["gate", "--accept", "loky-n2-b10", "--why", "x"]) == 2
    assert "expected --recompute RECORD as well" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[accept]\n", "not TOML"),
        ("\xff", "not TOML"),
        ("[accept]\n", "accept is {}; expected `array`"),
        ("[[limit]]\nmatch = 'x'\n", "unknown field `limit`"),
        ("[[accept]]\nmost = '8%'\nwhy = 'x'\n", "accept[0]: object missing required field `match`"),
        (entry(reason="x", until="2027-01-01"), "unknown field `reason`"),
        (entry(most="8"), "[[accept]] 1: most is '8'; expected a percentage"),
        (entry(why="  "), "[[accept]] 1: why is empty"),
        (entry(until="March"), "accept[0].until is 'March'"),
        (entry(since="joblib==soon"), "since is 'joblib==soon'; expected a release (joblib==1.6.0) or a commit"),
        (entry(since="--all"), "since is '--all'; expected a release"),
        (entry(since="joblib>=1.6.0"), "since is 'joblib>=1.6.0'; expected a release"),
        ("[[accept]]\nmatch = 'x'\nmost = '8%'\nwhy = 'y'\n", "[[accept]] 1: never expires; expected since"),
        (entry(quantity="lunch", until="2027-01-01"), "accept[0].quantity is 'lunch'"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, why):
    """The message names the entry, the value found and the value expected."""
    path = tmp_path / "accepted.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Unreadable) as refused:
        read_acceptances(path)
    assert why in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_missing_file_is_refused(judged):
    """A file that was named has to exist; the default one need not."""
    code, _, told = judged()
    assert code == 2
    assert "No such file" in told["notes"][0]


def test_a_date_may_be_written_as_toml_has_it(tmp_path):
    """TOML's own dates are read as well as quoted ones."""
    path = tmp_path / "accepted.toml"
    path.write_text("[[accept]]\nmatch = 'x'\nmost = '8%'\nwhy = 'y'\nuntil = 2027-03-01\n")
    assert read_acceptances(path)[0].until == datetime.date(2027, 3, 1)


def test_whether_base_contains_a_commit(tmp_path):
    """An ancestor of base is in base, a later commit is not, and an unknown one can't be told."""

    def git(*args):
        done = subprocess.run(["git", *args], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "--quiet")
    commits = []
    for name in "abc":
        git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "--allow-empty", "-m", name)
        commits.append(git("rev-parse", "HEAD"))
    base = replace(side("1.6.0"), spec=[f"git+file://{tmp_path}@{commits[1]}"])
    asked = record()
    asked.sides.base = base
    assert [base_contains(commit, asked, tmp_path) for commit in commits] == [True, True, False]
    with pytest.raises(GateError, match="is not in"):
        contains(commits[0], {}, lambda: (tmp_path, "--all"))  # a run file may have anything as its commit
    with pytest.raises(GateError, match="1234abc or base's commit is not in"):
        base_contains("1234abc", asked, tmp_path)


def test_a_version_is_read_from_a_wheel_that_was_built_here():
    """A project that the gate has built has a URL in place of a version."""
    asked = record()
    asked.sides.base.packages = {"joblib": "file:///x/joblib-1.7.dev0-py3-none-any.whl"}
    assert base_contains("joblib==1.6.0", asked, None)
    assert not base_contains("joblib==1.7.0", asked, None)
