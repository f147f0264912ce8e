"""Okta's SDK for Python against the fake org: it was written by Okta, for Okta."""

import asyncio
import datetime
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.request

# The one way to let it talk to a plain HTTP address on this machine.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from okta.client import Client
from okta.models.event_hook import EventHook
import base64

CHECKS = 0


def check(truth, sentence):
    global CHECKS
    if not truth:
        sys.exit(f"FAILED: {sentence}")
    CHECKS += 1


def start_org(*args):
    program = [os.environ["CLARION"], "fake-okta", "--json", "--listen", "127.0.0.1:0", *args]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def order(org, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(org["control"] + path, data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def number(value):
    size = (value.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(value.to_bytes(size, "big")).rstrip(b"=").decode()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers the challenge of hooks."""

    def do_GET(self):
        body = json.dumps({"verification": self.headers["x-okta-verification-challenge"]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def fine(result, what):
    """Takes what a call gives apart: the value, the answer, the fault."""
    *value, _, fault = result
    check(fault is None, f"{what}: {fault}")
    return value[0] if value else None


def fault_of(result, what):
    fault = result[-1]
    check(fault is not None, f"{what} is refused")
    return fault


async def run(org, receiver):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "kid": "contract", "use": "sig", "alg": "RS256", "n": number(public.n), "e": number(public.e)}
    order(org, "PATCH", f"/apps/{org['client_id']}", {"keys": [jwk]})
    user_id = order(org, "POST", "/users", {"login": "mara.lindqvist@example.com", "name": "Mara Lindqvist"})["id"]
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    client = Client({
        "orgUrl": org["url"],
        "authorizationMode": "PrivateKey",
        "clientId": org["client_id"],
        "scopes": ["okta.eventHooks.manage", "okta.logs.read", "okta.users.manage"],
        "privateKey": pem,
        "kid": "contract",
        "rateLimit": {"maxRetries": 0},
    })

    hooks = fine(await client.list_event_hooks(), "listing hooks")
    check(hooks == [] or hooks is None, "there are no hooks yet")
    wanted = EventHook.from_dict({
        "name": "by the SDK",
        "events": {"type": "EVENT_TYPE", "items": ["user.session.start", "user.lifecycle.suspend"]},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": receiver,
            "headers": [{"key": "X-Own", "value": "one"}],
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"},
        }},
    })
    hook = fine(await client.create_event_hook(wanted), "creating a hook")
    check(hook.id.startswith("who") and hook.status == "ACTIVE", f"a new hook is active: {hook}")
    check(str(hook.verification_status).endswith("UNVERIFIED"), "a new hook is not verified")
    verified = fine(await client.verify_event_hook(hook.id), "verifying a hook")
    check(str(verified.verification_status).endswith("VERIFIED") and "UN" not in str(verified.verification_status), "it is verified")
    check(fine(await client.get_event_hook(hook.id), "getting a hook").name == "by the SDK", "it has its name")
    check(len(fine(await client.list_event_hooks(), "listing hooks")) == 1, "it is listed")
    replaced = fine(await client.replace_event_hook(hook.id, wanted), "replacing a hook")
    check("UNVERIFIED" in str(replaced.verification_status), "replacing takes the verification")

    user = fine(await client.get_user(user_id), "getting a user")
    check(user.profile.login == "mara.lindqvist@example.com", "the user has the login")
    found = fine(await client.list_users(search='profile.login eq "mara.lindqvist@example.com"'), "searching users")
    check([one.id for one in found] == [user_id], "the search finds the user")
    fine(await client.suspend_user(user_id), "suspending")
    check("SUSPENDED" in str(fine(await client.get_user(user_id), "getting a user").status), "the user is suspended")
    fault = fault_of(await client.suspend_user(user_id), "suspending again")
    check("E0000001" in str(fault), f"the fault has Okta's code: {fault}")
    fine(await client.unsuspend_user(user_id), "letting in again")
    fine(await client.revoke_user_sessions(user_id, oauth_tokens=True), "ending the sessions")
    fault = fault_of(await client.unlock_user(user_id), "unlocking one who is not locked out")
    check("E0000032" in str(fault), f"the fault has Okta's code: {fault}")

    now = datetime.datetime.now(datetime.timezone.utc)
    since = (now - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until = (now + datetime.timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    events = fine(await client.list_log_events(since=since, until=until, limit=100), "listing events")
    types = [event.event_type for event in events]
    for name in ["event_hook.created", "event_hook.verified", "user.lifecycle.suspend", "user.session.clear"]:
        check(name in types, f"{name} is among {types}")
    suspended = next(event for event in events if event.event_type == "user.lifecycle.suspend")
    check(suspended.actor.type == "PublicClientAppEntity", "the app is the actor")
    fault = fault_of(await client.list_log_events(filter="colour eq 1"), "a filter that is none")
    check("E0000053" in str(fault), f"the fault has Okta's code: {fault}")

    fine(await client.deactivate_event_hook(hook.id), "deactivating a hook")
    fine(await client.delete_event_hook(hook.id), "deleting a hook")
    fault = fault_of(await client.get_event_hook(hook.id), "a hook that is gone")
    check("E0000007" in str(fault), f"the fault has Okta's code: {fault}")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process, org = start_org("--switch", "plan=unlimited")
    try:
        asyncio.run(run(org, f"http://127.0.0.1:{server.server_port}/hooks"))
    finally:
        process.terminate()
    print(f"Okta's SDK for Python: {CHECKS} checks passed")


main()
