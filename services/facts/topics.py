"""The rule of each topic: the words that announce it, how its values are found, what they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from buildplan.v1 import fact_pb2 as pb
from services.facts import (
    counts,
    durations,
    finishes,
    grades,
    packaging,
    revisions,
    standards,
    subjects,
    tolerances,
)
from services.facts.dates import find_dates
from services.facts.lengths import find_lengths
from services.facts.topic_rule import Paper, Surroundings, TopicRule
from services.facts.values import Value

_LABELLED_MATERIAL = re.compile(r"\b(?:mat(?:eria)?l|grade)\b[\s.:|=-]*", re.IGNORECASE)
_LABEL_REACH = 20
_THICK_AFTER = re.compile(r"^[\W_]*(?:nom(?:inal)?\.?\s*)?(?:thick|thk|wall|sheet|plate|gauge)", re.IGNORECASE)
_THICK_BEFORE = re.compile(
    r"(?:thick(?:ness)?|\bthk\.?|wall|sheet|plate|gauge)[\W_]*(?:(?:of|is|shall be|nominal|to be)\b[\W_]*)*$",
    re.IGNORECASE,
)
_THICK_WORD = re.compile(r"\s*-?(?:thick|thk|wall)", re.IGNORECASE)
_SHEET_SIZE = re.compile(r"\d\s*[x×]\s*$", re.IGNORECASE)
_THICKEST = 150
_THIN_LAYER = re.compile(
    r"coating|paint|film|plating|\bDFT\b|anodic|throat|insulation|gasket|weld|foam|oxide", re.IGNORECASE
)
_GAUGE = re.compile(r"ga(?:uge|ge)?\b", re.IGNORECASE)
_DUE = re.compile(
    r"\bdue\b|deliver|\bship(?:s|ped|ment|ping)?\b|required (?:by|date|on)|date required|\bneed(?:ed)?[- "
    r"](?:by|date|on)|(?:not|no) later than|on or before|"
    r"in-?house|\bdock\b|promise[ds]?|submit|complet\w+ by|\bby\s*$|\bETA\b|\bETD\b",
    re.IGNORECASE,
)
_NO_DUE = re.compile(
    r"valid|expire|issued?\b|(?:order|p\.?o\.?|quote|quotation|print|sent|effective|release|drawing|"
    r"invoice)\s*date|dated|effective|\brev|approved|meeting|signed|\bsent\b|drawn|checked|received|"
    r"^\s*date",
    re.IGNORECASE,
)
_LEAD = re.compile(r"lead[- ]?times?|\bARO\b|after receipt of (?:the )?(?:order|po|purchase order)", re.IGNORECASE)
_LEAD_LABEL = re.compile(r"^\s*([A-Za-z0-9][\w /-]{2,40}?)\s*[:|]")
_NOTICE_OF = re.compile(r"hold|witness|inspect|source|visit|\btests?\b|\btesting\b|\bFAT\b|surveillance", re.IGNORECASE)
_NOTICE = re.compile(r"\bnotice\b|\bnotif|\badvance\b|\bprior to\b", re.IGNORECASE)


def _grades(text: str, _: Paper) -> list[Value]:
    """Grades anywhere; a bare number only right after the word "material"."""
    sure = grades.find_grades(text)
    label = _LABELLED_MATERIAL.search(text)
    if not label or sure:
        return sure
    return [
        value for value in grades.find_grades(text, labelled=True) if 0 <= value.start - label.end() <= _LABEL_REACH
    ]


def _thickness(text: str, paper: Paper) -> list[Value]:
    stainless = grades.is_stainless(text) or (paper.stainless and "carbon" not in text.lower())
    return [
        value
        for value in find_lengths(text, stainless=stainless)
        if (value.number or 0) <= _THICKEST
        and _is_thickness(text[: value.start], text[value.start : value.end], text[value.end :])
    ]


def _is_thickness(before: str, written: str, after: str) -> bool:
    if (
        _THIN_LAYER.search(before[-40:])
        or _THIN_LAYER.search(after[:25])
        or re.search(r"(?:±|\bmin|\bmax)", before[-6:] + after[:6], re.IGNORECASE)
    ):
        return False
    if _SHEET_SIZE.search(before) and not _THICK_WORD.match(after):
        return False
    return bool(_GAUGE.search(written) or _THICK_AFTER.search(after) or _THICK_BEFORE.search(before))


def _due_dates(text: str, paper: Paper) -> list[Value]:
    kept: list[Value] = []
    end = 0
    for value in find_dates(text, paper.dates):
        before, after = text[end : value.start], text[value.end : value.end + 40]
        announced = _DUE.search(before) or (not end and _DUE.search(after)) or (end and kept)
        if announced and not _NO_DUE.search(before[-28:]):
            kept.append(value)
        end = value.end
    return kept


def _lead_times(text: str, _: Paper) -> list[Value]:
    return durations.find_durations(text) if _LEAD.search(text) else []


def _notice_periods(text: str, _: Paper) -> list[Value]:
    return durations.find_working_durations(text) if _NOTICE.search(text) else []


def _feature(_: Value, around: Surroundings) -> Sequence[str]:
    return [_named(around)]


def _feature_or_part(value: Value, around: Surroundings) -> Sequence[str]:
    return [value.about or _named(around) or subjects.part(around.before, around.after)]


def _toleranced_feature(value: Value, around: Surroundings) -> Sequence[str]:
    if value.about == tolerances.GENERAL:
        return [value.about]
    named = _named(around)
    return [f"{named} {value.about}".strip()] if named else []


def _named(around: Surroundings) -> str:
    """The row's subject; else the feature that the clause, the passage or the heading names."""
    if around.row is not None:
        return around.row
    named = subjects.feature(around.before, around.after)
    return named or subjects.feature(around.earlier, "") or subjects.feature(around.heading, "")


def _due_subject(_: Value, around: Surroundings) -> Sequence[str]:
    named = subjects.deliverable(around.before, last=True) or subjects.deliverable(around.after[:60], last=False)
    return [named or (around.row if around.row is not None else subjects.part(around.before, around.after))]


def _lead_subject(_: Value, around: Surroundings) -> Sequence[str]:
    if around.row is not None:
        return [around.row]
    named = subjects.feature(around.before, around.after) or subjects.part(around.before, around.after)
    label = _LEAD_LABEL.match(around.before)
    return [named or (label[1].strip().lower() if label else "")]


def _notice_subject(_: Value, around: Surroundings) -> Sequence[str]:
    for text in (around.before + around.after, around.earlier, around.heading):
        if named := subjects.points(text):
            return named
    return ["inspection"] if _NOTICE_OF.search(around.before + around.after) else []


def _ordered(_: Value, around: Surroundings) -> Sequence[str]:
    text = around.before + around.after
    named = subjects.deliverable(text, last=False)
    if around.row is not None:
        return [named or around.row]
    return [named or subjects.feature(around.before, around.after) or subjects.part(around.before, around.after)]


def _said(value: Value, _: Surroundings) -> Sequence[str]:
    return [value.about]


RULES = (
    TopicRule(
        pb.TOPIC_MATERIAL_GRADE,
        (
            "steel",
            "stainless",
            "30",
            "31",
            "32",
            "17-4",
            "15-5",
            "1.4",
            "uns",
            "a36",
            "a5",
            "alumin",
            "alloy",
            "material",
            "matl",
            "grade",
            "606",
            "505",
            "s235",
            "s355",
            "2205",
            "410",
            "414",
        ),
        _grades,
        _feature_or_part,
    ),
    TopicRule(
        pb.TOPIC_THICKNESS,
        ("thick", "thk", "gauge", "gage", " ga", "wall", "sheet", "plate"),
        _thickness,
        _feature_or_part,
    ),
    TopicRule(
        pb.TOPIC_FINISH,
        ("finish", "coat", "anodi", "plat", "paint", "blast", "2b", "polish", "galvan", "film", "anneal"),
        lambda text, _: finishes.find_finishes(text),
        _feature_or_part,
        needs_figure=False,
    ),
    TopicRule(
        pb.TOPIC_PASSIVATION,
        ("passiv", "a967", "a 967", "2700", "qq-p-35"),
        lambda text, _: standards.find_passivation(text),
        _said,
        needs_figure=False,
    ),
    TopicRule(
        pb.TOPIC_WELD_CODE,
        ("d1.", "d9.1", "d14", "d17", "d18", "aws", "5817", "10042", "13919", "asme", "9606", "15614", "3834"),
        lambda text, _: standards.find_weld_codes(text),
        _said,
    ),
    TopicRule(
        pb.TOPIC_WELD_PROCESS,
        ("weld", "gtaw", "gmaw", "tig", "mig", "fcaw", "smaw", "arc"),
        lambda text, _: standards.find_weld_processes(text),
        _feature,
        needs_figure=False,
    ),
    TopicRule(
        pb.TOPIC_TOLERANCE,
        ("±", "+/-", "+-", "+ /", "2768", "ness", "ism", "ity", "runout", "run-out", "position"),
        lambda text, _: tolerances.find_tolerances(text),
        _toleranced_feature,
    ),
    TopicRule(
        pb.TOPIC_QUANTITY,
        ("qty", "quantit", "pc", "piece", " ea", "unit", " off", "sets", "weldments", "assemblies"),
        lambda text, _: counts.find_quantities(text),
        _ordered,
    ),
    TopicRule(
        pb.TOPIC_DUE_DATE,
        (
            "due",
            "deliver",
            "ship",
            "require",
            "need",
            "later than",
            "before",
            "by",
            "house",
            "dock",
            "promise",
            "submit",
            "et",
        ),
        _due_dates,
        _due_subject,
    ),
    TopicRule(pb.TOPIC_LEAD_TIME, ("lead", "aro", "after receipt"), _lead_times, _lead_subject, needs_figure=False),
    TopicRule(pb.TOPIC_PPAP_LEVEL, ("ppap",), lambda text, _: counts.find_ppap_levels(text), _said, needs_figure=False),
    TopicRule(
        pb.TOPIC_PACKAGING,
        (
            "pack",
            "crate",
            "wrap",
            "vci",
            "d3951",
            "ispm",
            "wood",
            "container",
            "rack",
            "bag",
            "box",
            "desiccant",
            "2073",
        ),
        lambda text, _: packaging.find_packaging(text),
        _said,
        needs_figure=False,
    ),
    TopicRule(pb.TOPIC_REVISION, ("rev", "issue"), lambda text, _: revisions.find_revisions(text), _said),
    TopicRule(
        pb.TOPIC_TEST_EXTENT, ("%", "percent", "per cent"), lambda text, _: counts.find_test_extents(text), _said
    ),
    TopicRule(pb.TOPIC_SURFACE_ROUGHNESS, ("ra",), lambda text, _: finishes.find_roughness(text), _feature),
    TopicRule(
        pb.TOPIC_NOTICE_PERIOD,
        ("notice", "notif", "advance", "prior to"),
        _notice_periods,
        _notice_subject,
        needs_figure=False,
    ),
)
