"""A Connect client that others made calls the services with JSON: successes, error codes with their details, deadlines, gzip.

Requests and answers are google.protobuf.Struct, so no schema is needed; that makes every number a float and every whole
number of a request `7.0`, as generic clients send it.
"""
import gzip
import json
import urllib.request
import uuid

import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError

from struct_client import client, detail_of

TRACKING = "holdfast.tracking.v1.TrackingService"


@pytest.fixture
def tracking(stack):
    with client(stack["services"]["tracking"], TRACKING) as call:
        yield call


@pytest.fixture
def event(tracking):
    """Makes an event of now, by the clock of the services, which other tests may have set; its id is used once."""
    now, mark = tracking("GetServiceStatus", {})["now"], uuid.uuid4()

    def make(number, **more):
        return {"id": f"{mark}-{number}", "learner": "ada", "courseRun": "interop", "verb": "viewed", "occurredAt": now} | more

    return make


def test_a_call_succeeds(tracking, event):
    answer = tracking("RecordEvents", {"source": "interop", "events": [event(1), event(2), {"id": "bad"}]})
    assert [receipt["status"] for receipt in answer["receipts"]] == ["accepted", "accepted", "quarantined"]
    assert answer["accepted"] == 2


def test_whole_numbers_may_be_written_with_a_point(tracking):
    answer = tracking("ListQuarantine", {"page": {"size": 1.0}})
    assert len(answer["events"]) <= 1


def test_a_large_request_and_its_answer_pass_compressed(stack, tracking, event):
    events = [event(f"many-{n}", context={"note": "x" * 200}) for n in range(500)]
    assert tracking("RecordEvents", {"source": "interop", "events": events})["accepted"] == 500
    # The client unpacks without a word; so the bytes are looked at by hand as well.
    request = urllib.request.Request(
        f"{stack['services']['tracking']}/{TRACKING}/RecordEvents",
        gzip.compress(json.dumps({"source": "interop", "events": events}).encode()),
        {"Content-Type": "application/json", "Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(answer.read()))["duplicate"] == 500


@pytest.mark.parametrize("encoding", ["gzip", None])
def test_requests_are_taken_compressed_and_plain(stack, encoding):
    with client(stack["services"]["tracking"], TRACKING, compress=encoding) as call:
        assert call("ListCourseRuns", {})["courseRuns"] is not None


@pytest.mark.parametrize(("method", "body", "code", "words"), [
    ("RecordEvents", {"events": []}, Code.INVALID_ARGUMENT, "1 to 1,000 events"),
    ("GetTimeline", {"learner": "nobody"}, Code.INVALID_ARGUMENT, "learner"),
    ("GetTimeline", {}, Code.INVALID_ARGUMENT, "learner"),
    ("GetLearner", {"learner": "00000000-0000-4000-8000-000000000000"}, Code.NOT_FOUND, "learner"),
    ("FlyToTheMoon", {}, Code.UNIMPLEMENTED, "no procedure"),
])
def test_errors_arrive_with_their_code_and_a_sentence(tracking, method, body, code, words):
    with pytest.raises(ConnectError) as error:
        tracking(method, body)
    assert error.value.code == code
    assert words in error.value.message


def test_an_error_arrives_with_its_details(stack, without_database):
    without_database("prediction")
    with client(stack["services"]["prediction"], "holdfast.prediction.v1.PredictionService") as call:
        with pytest.raises(ConnectError) as error:
            call("ListAtRisk", {})
    assert error.value.code == Code.UNAVAILABLE
    name, value = detail_of(error.value)
    assert name == "google.rpc.RetryInfo"
    # RetryInfo { retry_delay = 1: Duration { seconds = 1: 1 } }
    assert value == bytes([0x0A, 0x02, 0x08, 0x01])


def test_a_deadline_that_is_over_is_said_by_the_client_or_the_service(tracking, event):
    with pytest.raises(ConnectError) as error:
        tracking("RecordEvents", {"source": "interop", "events": [event(f"late-{n}") for n in range(1000)]}, timeout_ms=1)
    assert error.value.code == Code.DEADLINE_EXCEEDED
