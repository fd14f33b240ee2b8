"""The dashboard's idea of each shape is the Swift one: same fields, and optional where Swift's are."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWIFT = ROOT / "Shared/Contracts"
DASHBOARD = ROOT / "Services/Gateway/Dashboard/src/api"

#: Nested Swift types, and types that the page knows by another name.
SWIFT_NAMES = {"TrackingOverview": "GetTrackingOverview.Response", "RiskOverview": "GetRiskOverview.Response",
               "NudgingOverview": "GetNudgingOverview.Response", "DeliveryOverview": "GetDeliveryOverview.Response",
               "Delivery": "ListDeliveries.Delivery", "MessageList": "ListSinkMessages.Response",
               "MessageDetail": "GetSinkMessage.Response", "CourseRunList": "ListCourseRuns.Response",
               "QuarantineList": "ListQuarantine.Response", "ModelInUse": "GetModel.Response",
               "ProgressList": "GetProgress.Response", "PatternList": "GetPatterns.Response", "AnomalyList": "ListAnomalies.Response",
               "SessionsAnswer": "GetSessions.Response", "Streak": "GetStreak.Response", "PeakTime": "StudyRhythm.PeakTime",
               "CourseRunOverview": "GetCourseRunOverview.Response", "Quartiles": "GetCourseRunOverview.Quartiles",
               "Heatmap": "GetHeatmap.Response", "CourseProgress": "GetCourseProgress.Response",
               "CourseActivity": "GetCourseProgress.Activity", "SourceList": "ListSources.Response", "DataGapList": "ListDataGaps.Response",
               "Drift": "GetDrift.Response", "QuarantineSummary": "SummarizeQuarantine.Response",
               "QuarantinedEventPage": "GetQuarantinedEvent.Response", "Corrections": "CorrectQuarantine.Response",
               "CorrectionResult": "CorrectQuarantine.Result", "Replays": "ReplayQuarantine.Response",
               "ReplayResult": "ReplayQuarantine.Result", "Discards": "DiscardQuarantine.Response", "Identity": "GetIdentity.Response"}
#: Put together by the gateway, not declared in Contracts; and the head of a live fact.
GATEWAY_OWN = {"Overview", "LearnerSummary", "LearnerList", "LearnerDetail", "DeadLetterList", "ServiceStatus",
               "SystemStatus", "ClockState", "FactHead", "AnyFact"}
#: Said by the gateway beside the contract's own fields.
EXTRA = {"DeadLetter": {"service": False}}


def swift_types():
    """Fields by type name; a field is (name -> is optional)."""
    found = {}
    for path in SWIFT.rglob("*.swift"):
        outer = []
        for line in path.read_text().splitlines():
            indent = len(line) - len(line.lstrip())
            outer = [(depth, name) for depth, name in outer if depth < indent or not line.strip()]
            if opened := re.match(r"\s*public (?:struct|enum|extension) (\w+)", line):
                outer.append((indent, opened[1]))
            elif field := re.match(r"\s*public var (\w+): ([^{=]+?)(\s*//.*)?$", line):
                found.setdefault(".".join(name for _, name in outer), {})[field[1]] = field[2].strip().endswith("?")
    return found


def page_types():
    found = {}
    for name in ("contracts.ts", "answers.ts", "facts.ts", "study.ts", "data.ts"):
        text = (DASHBOARD / name).read_text()
        for opened in re.finditer(r"interface (\w+)[^{]*\{(.*?)\n\}", text, re.S):
            fields = re.findall(r"^\s+(\w+)(\??):", opened[2], re.M)
            found[opened[1]] = {field: mark == "?" for field, mark in fields}
    return found


SWIFT_TYPES, PAGE_TYPES = swift_types(), page_types()


@pytest.mark.parametrize("name", sorted(set(PAGE_TYPES) - GATEWAY_OWN))
def test_a_shape_has_the_fields_of_its_contract(name):
    swift = SWIFT_TYPES.get(SWIFT_NAMES.get(name, name))
    assert swift is not None, f"Shared/Contracts declares no {SWIFT_NAMES.get(name, name)}"
    assert PAGE_TYPES[name] == swift | EXTRA.get(name, {})


def test_words_of_the_wire_are_those_of_the_contracts():
    text = (DASHBOARD / "contracts.ts").read_text()
    for name in ["LearnerState", "RiskBand", "DeliveryState", "NudgeKind", "DecisionOutcome", "NudgeRule", "Verdict", "Abstention",
                 "PredictionLevel", "IngestStatus", "ActivityKind", "EnrollmentStatus", "Channel"]:
        declared = re.search(rf"type {name} =(.*?);", text, re.S)[1]
        assert set(re.findall(r'"(\w+)"', declared)) == swift_cases(name), name


def swift_cases(name: str) -> set:
    for path in SWIFT.rglob("*.swift"):
        if body := re.search(rf"public enum {name}: String[^{{]*\{{(.*?)\n\}}", path.read_text(), re.S):
            cases = re.findall(r"^\s+case ([\w, ]+)$", body[1], re.M)
            return {case.strip() for line in cases for case in line.split(",")}
    raise AssertionError(f"Shared/Contracts declares no enum {name}")
