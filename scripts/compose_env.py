#!/usr/bin/env python3
"""Writes .env for compose.yaml, with fresh passwords and keys. Never overwrites one that is there.

  compose_env.py [FILE]     another file than .env, for `docker compose --env-file FILE`
"""
import base64
import os
import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stack.layout import SERVICES, new_api_key  # noqa: E402

path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / ".env")
values = {f"HOLDFAST_{name.upper()}_PASSWORD": secrets.token_hex(24) for name in ["admin", "redis"] + SERVICES}
values["HOLDFAST_NOTIFICATION_DATA_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
values["HOLDFAST_GATEWAY_ADMIN_KEY"] = new_api_key()
values["HOLDFAST_GATEWAY_DEMO_KEY"] = new_api_key()
try:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
except FileExistsError:
    print(f"{path} is there already; it stays as it is")
    sys.exit(0)
with os.fdopen(handle, "w") as file:
    file.write("".join(f"{name}={value}\n" for name, value in values.items()))
print(f"wrote {path}; the dashboard's key is HOLDFAST_GATEWAY_DEMO_KEY in it")
