"""A real mail server for tests: aiosmtpd, with faults on demand and a record of every mail that it took.

    smtp_server.py --record FILE [--cert FILE --key FILE] [--user NAME --password WORD]

Prints `listening PORT`. With a certificate it offers STARTTLS and refuses mail without it; with a user it refuses
mail without a login. A mail is in the record, synced, before its sender hears that it was taken.

Each line of standard input is a fault: {"stage": "MAIL|RCPT|DATA|BEFORE_DATA", "action": ..., "times": 1} where
action is {"reply": "450 4.2.0 later"}, {"hang": seconds}, {"drop": true} (the mail is not taken, the connection is
reset) or, for DATA, {"take_and_drop": true} (it is taken, and nobody hears of it). Answered with `ok`.
It ends when standard input does.
"""
import argparse
import asyncio
import base64
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Faults:
    def __init__(self):
        self.waiting = []

    def add(self, fault):
        self.waiting += [fault] * int(fault.get("times", 1))

    def take(self, stage):
        for index, fault in enumerate(self.waiting):
            if fault["stage"] == stage:
                return self.waiting.pop(index)["action"]
        return None


class Handler:
    def __init__(self, record, faults):
        self.record = record
        self.faults = faults
        self.commands = []

    async def _fault(self, stage, server):
        action = self.faults.take(stage)
        if action is None:
            return None
        if "hang" in action:
            await asyncio.sleep(action["hang"])
            return None
        if "drop" in action:
            server.transport.abort()
            return "421 4.3.0 gone"
        return action["reply"]

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = await self._fault("MAIL", server)
        if reply:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = await self._fault("RCPT", server)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        before = self.faults.take("DATA")
        if before and "take_and_drop" not in before:
            if "hang" in before:
                await asyncio.sleep(before["hang"])
            elif "drop" in before:
                server.transport.abort()
                return "421 4.3.0 gone"
            else:
                return before["reply"]
        line = json.dumps({
            "sender": envelope.mail_from, "recipients": envelope.rcpt_tos, "isEncrypted": session.ssl is not None,
            "user": session.auth_data, "peer": session.peer[1],
            "data": base64.b64encode(envelope.original_content).decode()})
        self.record.write(line + "\n")
        self.record.flush()
        os.fsync(self.record.fileno())
        if before:
            server.transport.abort()
        return "250 2.0.0 taken"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--record", required=True)
    options.add_argument("--cert")
    options.add_argument("--key")
    options.add_argument("--user")
    options.add_argument("--password")
    options = options.parse_args()
    faults = Faults()

    def authenticate(server, session, envelope, mechanism, data):
        ok = isinstance(data, LoginPassword) and (data.login, data.password) == (
            options.user.encode(), options.password.encode())
        return AuthResult(success=ok, handled=False, auth_data=options.user)

    tls = None
    if options.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.cert, options.key)
    with open(options.record, "a", encoding="utf-8") as record:
        handler = Handler(record, faults)

        def session():
            return SMTP(handler, hostname="mail.test", tls_context=tls, require_starttls=tls is not None,
                        authenticator=authenticate if options.user else None,
                        auth_required=options.user is not None, enable_SMTPUTF8=False)

        asyncio.run(serve(session, faults))


async def serve(session, faults):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0)
    print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        faults.add(json.loads(line))
        print("ok", flush=True)
    server.close()
    os._exit(0)


main()
