"""The id that Tracking derives from a platform's name for a learner; part of what is stored, so it never changes."""
import hashlib
import uuid


def learner_id(source: str, name: str, tenant: str = "default") -> str:
    parts = b""
    for part in ("holdfast learner", tenant, source, name):
        text = part.encode()
        parts += len(text).to_bytes(8, "big") + text
    digest = bytearray(hashlib.sha256(parts).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
