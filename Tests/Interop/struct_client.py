"""One way to call, whichever of the two client libraries is installed: `connect-python`, on Google's protobuf package, or
its successor `connectrpc`, on a protobuf of its own."""
import contextlib
import json

import connectrpc.client
import connectrpc.method
from google.protobuf import json_format, struct_pb2

try:
    from connectrpc.compat import google_protobuf_json_codec

    JSON = {"codec": google_protobuf_json_codec()}
except ImportError:
    JSON = {"proto_json": True}


def detail_of(error):
    """Type name and bytes of an error's one detail."""
    (detail,) = error.details
    if hasattr(detail, "message_bytes"):
        return detail.type_name, detail.message_bytes
    return detail.type_url.rpartition("/")[2], detail.value


class _Caller:
    def __init__(self, inner, service):
        self._inner = inner
        self._service = service

    def __call__(self, name, body, timeout_ms=10_000):
        request = struct_pb2.Struct()
        request.update(body)
        level = connectrpc.method.IdempotencyLevel.UNKNOWN
        extra = {"stream_type": connectrpc.method.StreamType.UNARY} if hasattr(connectrpc.method, "StreamType") else {}
        method = connectrpc.method.MethodInfo(name=name, service_name=self._service, input=struct_pb2.Struct,
                                              output=struct_pb2.Struct, idempotency_level=level, **extra)
        answer = self._inner.execute_unary(request=request, method=method, timeout_ms=timeout_ms)
        return json.loads(json_format.MessageToJson(answer))


@contextlib.contextmanager
def client(address, service, compress="gzip"):
    options = dict(JSON)
    if compress is None:
        options |= {"send_compression": None, "accept_compression": ()}
    with connectrpc.client.ConnectClientSync(address, **options) as inner:
        yield _Caller(inner, service)
