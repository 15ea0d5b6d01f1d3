"""One proposal: answers, repairs, and what ends at once."""

from __future__ import annotations

import pytest

from buildplan.v1.statement_pb2 import Statement
from services.runtime.errors import Aborted, FailedPrecondition
from tests.unit.openai.papers import DRAWING, LINES, pack, passage_id
from tests.unit.openai.wire import Outcome, Script, engine, failed, good_answer, ok, refusal, reply, run, statement


async def test_a_good_answer_becomes_the_patch() -> None:
    script = Script([ok(reply(good_answer()))])
    outcome = await run(engine(script), pack())
    assert outcome.patch is not None
    line = outcome.patch.sections.quality_plan.passivation[0]
    assert line.citations[0].document == DRAWING
    assert line.citations[0].page == 1
    assert len(script.requests) == 1
    assert outcome.messages[-1] == "1 lines, 1 quotes checked"


async def test_usage_of_the_attempts_is_summed_and_priced() -> None:
    bad = good_answer()
    bad["sections"]["quality_plan"]["passivation"][0]["citations"][0]["quote"] = "electropolish to 0.4 µm"
    script = Script([ok(reply(bad)), ok(reply(good_answer()))])
    outcome = await run(engine(script), pack())
    usage = outcome.progress[-1].usage
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens) == (2000, 800, 200)
    assert usage.cost_usd == pytest.approx(2 * (600 * 0.75 + 400 * 0.075 + 100 * 4.5) / 1e6)
    assert not usage.cost_unknown


async def test_a_model_without_a_price_says_so() -> None:
    outcome = await run(engine(Script([ok(reply(good_answer()))]), model="house-model"), pack())
    assert outcome.progress[-1].usage.cost_unknown


async def test_a_wrong_quote_is_sent_back_once_then_marked_and_counted() -> None:
    bad = good_answer()
    bad["sections"]["quality_plan"]["ctqs"].append(
        {
            "statement": statement("Flat.", "flat within 9 mm", passage_id(DRAWING, 2)),
            "feature": "face",
            "tolerance": "",
        }
    )
    script = Script([ok(reply(bad))])
    outcome = await run(engine(script), pack())
    assert len(script.requests) == 2
    told = script.bodies[1]["input"][-1]["content"][0]["text"]
    assert "flat within 9 mm" in told
    assert outcome.patch is not None
    assert outcome.patch.sections.quality_plan.ctqs[0].statement.text == "Flat."
    assert outcome.messages[-1] == "2 lines, 2 quotes checked, 1 not found on their page and marked"


async def test_a_quote_is_checked_on_the_page_of_its_passage() -> None:
    answer = good_answer()
    citation = answer["sections"]["quality_plan"]["passivation"][0]["citations"][0]
    citation["quote"] = LINES[DRAWING][0]
    citation["page"] = 77
    outcome = await run(engine(Script([ok(reply(answer))])), pack())
    assert outcome.patch is not None
    assert outcome.patch.sections.quality_plan.passivation[0].citations[0].page == 1


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (reply('{"sections": {"qual'), "no JSON"),
        (
            reply('{"sections": {"qual', status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
            "cut off",
        ),
        (reply({"sections": {}}), "is missing"),
        (reply([1]), "an object is wanted"),
        (reply("   "), "no text"),
        ({"hello": "world"}, "no reply of the Responses API"),
    ],
)
async def test_a_broken_answer_gets_one_repair(broken: dict[str, object], told: str) -> None:
    script = Script([ok(broken), ok(reply(good_answer()))])
    outcome = await run(engine(script), pack())
    assert outcome.patch is not None
    assert len(script.requests) == 2
    assert told in script.bodies[1]["input"][-1]["content"][0]["text"]


async def test_a_second_broken_answer_ends_in_a_typed_failure() -> None:
    script = Script([ok(reply("no"))])
    outcome = Outcome()
    with pytest.raises(Aborted, match="cannot be used, nor can its correction") as caught:
        await run(engine(script), pack(), outcome)
    assert caught.value.reason == "BAD_ANSWER"
    assert len(script.requests) == 2
    assert outcome.progress[-1].usage.output_tokens == 200


async def test_a_correction_that_fails_leaves_the_first_answer() -> None:
    bad = good_answer()
    bad["sections"]["quality_plan"]["passivation"][0]["citations"][0]["quote"] = "invented"
    outcome = await run(engine(Script([ok(reply(bad)), failed(401)])), pack())
    assert outcome.patch is not None
    assert "1 not found" in outcome.messages[-1]


async def test_stated_without_proof_is_kept_as_a_doubtful_conclusion() -> None:
    bad = good_answer()
    bad["sections"]["quality_plan"]["cleanliness"] = [statement("Keep it clean.")]
    outcome = await run(engine(Script([ok(reply(bad))])), pack())
    assert outcome.patch is not None
    line = outcome.patch.sections.quality_plan.cleanliness[0]
    assert line.basis == Statement.BASIS_INFERRED
    assert line.confidence == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("body", "reason", "advice"),
    [
        (refusal("I cannot help with that."), "MODEL_REFUSED", "choose another OPENAI_MODEL"),
        (
            reply("", status="incomplete", incomplete_details={"reason": "content_filter"}),
            "CONTENT_FILTERED",
            "take that document out",
        ),
    ],
)
async def test_refusals_end_at_once_and_say_what_to_do(body: dict[str, object], reason: str, advice: str) -> None:
    script = Script([ok(body)])
    with pytest.raises(FailedPrecondition, match=advice) as caught:
        await run(engine(script), pack())
    assert caught.value.reason == reason
    assert len(script.requests) == 1
