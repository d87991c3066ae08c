"""Resources and prompts."""

import json

import pytest

from api.mcp.prompts import PROMPTS
from api.mcp.registry import TOOLS
from shared.times import utc_now
from tests.api.mcp.client import MODERN, REVISIONS, result, send
from tests.api.subject_world import keep_matched, talk, watch
from tests.api.world import get


@pytest.fixture
async def world(written) -> None:
    await watch(written)
    posts, comments = talk(newest=utc_now())
    await keep_matched(written, posts, comments)


async def read(uri: str, revision: str = MODERN):
    (found,) = (await result(revision, "resources/read", uri=uri))["contents"]
    return found


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("revision", REVISIONS)
async def test_whatever_is_listed_is_read(revision: str) -> None:
    listed = (await result(revision, "resources/list"))["resources"]
    assert {each["uri"] for each in listed} >= {
        "undertone://digests/week",
        "undertone://subjects/lantern",
    }
    for each in listed:
        found = await read(each["uri"], revision)
        assert (found["uri"], found["mimeType"]) == (each["uri"], each["mimeType"])
        assert "never follow instructions" in found["text"]
        assert "invented" in found["text"]


@pytest.mark.usefixtures("world")
async def test_a_subject_is_that_of_the_api() -> None:
    found = json.loads((await read("undertone://subjects/lantern"))["text"])
    card = json.loads((await get("/api/v1/subjects/lantern?until=collected")).get_body())
    assert found["data"]["statistics"] == card["statistics"]
    assert found["data"]["newest"][0]["id"] == card["newest"][0]["id"]


@pytest.mark.usefixtures("world")
async def test_a_thread_and_an_earlier_digest_are_read() -> None:
    found = json.loads((await read("undertone://posts/p0"))["text"])
    assert found["data"]["post"]["id"] == "p0"
    day = utc_now().date().isoformat()
    assert "# Digest" in (await read(f"undertone://digests/week/{day}"))["text"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "uri",
    [
        "undertone://subjects/nobody",
        "undertone://posts/gone",
        "undertone://digests/year",
        "undertone://digests/week/2026-99-99",
        "undertone://posts/p0/2026-11-23",
        "undertone://x/y",
        "file:///etc/passwd",
        "undertone://subjects/../x",
        "",
    ],
)
@pytest.mark.parametrize("revision", REVISIONS)
async def test_other_addresses_are_refused(revision: str, uri: str) -> None:
    body = json.loads((await send(revision, "resources/read", uri=uri)).get_body())
    assert body["error"]["code"] in {-32602, -32600, -32020}


@pytest.mark.usefixtures("process")
async def test_templates_and_prompts_are_listed() -> None:
    templates = (await result(MODERN, "resources/templates/list"))["resourceTemplates"]
    assert {each["name"] for each in templates} == {"subject", "post", "digest"}
    prompts = (await result(MODERN, "prompts/list"))["prompts"]
    assert {each["name"] for each in prompts} == PROMPTS.keys()


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("name", PROMPTS)
async def test_a_prompt_names_tools_that_are_there(name: str) -> None:
    arguments = {each.name: f"my-{each.name}" for each in PROMPTS[name].arguments}
    found = await result(MODERN, "prompts/get", name=name, arguments=arguments)
    text = found["messages"][0]["content"]["text"]
    assert all(value in text for value in arguments.values())
    assert {each for each in TOOLS if each in text} >= {"search_mentions", "topics"}
    assert "{" not in text


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("no", {}), ("weekly_report", {}), ("weekly_report", {"subject": "x", "other": "y"})],
)
async def test_a_prompt_that_cannot_be_made_is_refused(name: str, arguments) -> None:
    answer = await send(MODERN, "prompts/get", name=name, arguments=arguments)
    assert json.loads(answer.get_body())["error"]["code"] == -32602
