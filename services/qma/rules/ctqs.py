"""Critical-to-quality characteristics: which feature, which tolerance."""

from __future__ import annotations

import re

from services.specialist.offline.reading import Finding, Reading
from services.specialist.offline.rule import Rule

_NUMBER = r"\d{1,6}(?:[.,]\d{1,6})?"
_TOLERANCE = re.compile(
    rf"(?:(?<![A-Za-z])[ØøR⌀] ?)?(?:{_NUMBER})?\s?(?:[A-Za-z]{{1,2}}\d{{1,2}} ?\(?)?\s?(?:±"
    rf"|\+/-)\s?{_NUMBER}\s?(?:mm|in|µm|°|\""
    rf"|inch)?"
    rf"|[Øø⌀]? ?{_NUMBER} ?(?:[A-Za-z]{{1,2}}\d{{1,2}} ?\(?)?\+ ?{_NUMBER} ?/ ?-?{_NUMBER}\)?(?:\s?(?:mm|in))?"
    rf"|\b(?:within|cylindricity|flatness|position|runout|profile|parallelism|straightness"
    rf"|toleranc\w+ (?:of )?)\s?[Øø⌀]?{_NUMBER}\s?(?:mm|in|°|\")?",
    re.IGNORECASE,
)
_FEATURE = re.compile(
    r"\b(?:(?:gearbox|vessel|flange|mounting|register|lifting|base|bolt|product-side|sealing|bearing) )*"
    r"(?:bores?|holes?|hole pattern|pads?|flanges?|faces?|shafts?|slots?|threads?|legs?|rails?|surfaces?|registers?"
    r"|plates?|bosses|pins?|grooves?|edges?|teeth|tooth|angular|linear|hole diameter)\b",
    re.IGNORECASE,
)


def _fields(finding: Finding, reading: Reading) -> dict[str, object]:  # noqa: ARG001 - the interface of Rule.fields
    tolerance = _TOLERANCE.search(finding.text)
    feature = _FEATURE.search(finding.text)
    return {
        "tolerance": tolerance.group().strip() if tolerance else "",
        "feature": feature.group().lower() if feature else "",
    }


CTQS = Rule("quality_plan.ctqs", _fields)
