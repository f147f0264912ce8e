"""Every recorded exchange with a real org, asked again of the fake: the same status, headers, keys, types and values.

What may differ: ids, times, tokens, and how much of a rate limit is left.
"""

import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import base64

HOST = "https://test.okta.com"
DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
# The key of a value that nobody can foresee.
OPAQUE = {"errorId", "activationToken", "createdBy"}
NUMBERS = {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"}


class Org:
    """A fake org of an engine."""

    def __init__(self, engine):
        program = [os.environ["CLARION"], "fake-okta", "--json", "--listen", "127.0.0.1:0", "--switch", f"engine={engine}"]
        self.process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        self.said = json.loads(self.process.stdout.readline())
        self.url = self.said["url"]
        # The recordings create hooks that the console would not take twice, and ask more than a minute allows.
        self.control("PATCH", "/switches", {"duplicate_hook_names": True, "plan": "unlimited"})
        scopes = "okta.eventHooks.manage okta.logs.read okta.users.manage"
        basic = base64.b64encode(f"{self.said['client_id']}:{self.said['client_secret']}".encode()).decode()
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scopes})
        headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
        token = json.loads(self.ask("POST", "/oauth2/v1/token", form, headers)[2])["access_token"]
        self.headers = {"authorization": f"Bearer {token}"}

    def ask(self, method, path, body=None, headers=None):
        address = urllib.parse.urlsplit(self.url)
        line = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        text = answer.read().decode()
        return answer.status, answer.getheaders(), text

    def api(self, method, path, body):
        headers = dict(self.headers)
        data = None
        if body is not None:
            data = json.dumps(body)
            headers["content-type"] = "application/json"
        elif method in ("POST", "PUT"):
            headers["content-length"] = "0"
        return self.ask(method, path, data, headers)

    def control(self, method, path, body):
        status, _, text = self.ask(method, f"/_fake{path}", json.dumps(body), {})
        assert status == 200, text


class Comparison:
    """Compares answers, knowing which recorded id is which of ours."""

    def __init__(self, org):
        self.org = org
        self.ids = {}
        self.faults = []

    def ours(self, text):
        for recorded, own in self.ids.items():
            text = text.replace(recorded, own)
        return text.replace(HOST, self.org.url)

    def learn(self, recorded, got):
        """Learns which ids belong together, from two objects of the same shape."""
        if not (isinstance(recorded, dict) and isinstance(got, dict)):
            return
        for key in ("id", "createdBy"):
            if isinstance(recorded.get(key), str) and isinstance(got.get(key), str):
                self.ids[recorded[key]] = got[key]
        if isinstance(recorded.get("type"), dict):
            self.learn(recorded["type"], got.get("type"))
        for link in ("schema",):
            a, b = recorded.get("_links", {}).get(link, {}).get("href"), got.get("_links", {}).get(link, {}).get("href")
            if a and b:
                self.ids[a.rsplit("/", 1)[1]] = b.rsplit("/", 1)[1]

    def values(self, recorded, got, place, key=None):
        fault = lambda sentence: self.faults.append(f"{place}: {sentence}")
        if type(recorded) is not type(got):
            return fault(f"recorded {json.dumps(recorded)[:80]}, got {json.dumps(got)[:80]}")
        if isinstance(recorded, dict):
            for name in sorted(set(recorded) - set(got)):
                fault(f"`{name}` is missing")
            for name in sorted(set(got) - set(recorded)):
                fault(f"`{name}` is too much")
            for name in set(recorded) & set(got):
                self.values(recorded[name], got[name], f"{place}.{name}", name)
        elif isinstance(recorded, list):
            if len(recorded) != len(got):
                return fault(f"recorded {len(recorded)} members, got {len(got)}")
            for at, (a, b) in enumerate(zip(recorded, got)):
                self.values(a, b, f"{place}[{at}]", key)
        elif isinstance(recorded, str):
            if key in OPAQUE:
                return
            if DATE.match(recorded):
                if not DATE.match(got):
                    fault(f"`{got}` is no time like `{recorded}`")
            elif key in ("activationUrl", "resetPasswordUrl"):
                if got.rsplit("/", 1)[0] != self.ours(recorded).rsplit("/", 1)[0]:
                    fault(f"recorded `{recorded}`, got `{got}`")
            elif self.ours(recorded) != got:
                fault(f"recorded `{recorded}`, got `{got}`")
        elif recorded != got:
            fault(f"recorded {recorded}, got {got}")

    def headers(self, recorded, got, place):
        got = [(name.lower(), value) for name, value in got]
        for name, value in recorded.items():
            found = [found for other, found in got if other == name]
            if not found:
                self.faults.append(f"{place}: the header `{name}` is missing")
            elif name in NUMBERS and not found[0].isdigit():
                self.faults.append(f"{place}: `{name}: {found[0]}` is no number")
            elif name == "link" and self.ours(value) not in found:
                self.faults.append(f"{place}: recorded link `{value}`, got {found}")
            elif name in ("content-type", "cache-control") and found[0] != value:
                self.faults.append(f"{place}: recorded `{name}: {value}`, got `{found[0]}`")
        if "content-type" not in recorded and any(name == "content-type" for name, _ in got):
            self.faults.append(f"{place}: there is a content type, and there was none")
        if any(name == "retry-after" for name, _ in got):
            self.faults.append(f"{place}: there is a Retry-After, which Okta does not send")


def rebuilt(exchange):
    """The body of a request; where the recording lost it, one that gives the recorded answer."""
    request, answer = exchange["request"], exchange["response"]["body"]
    if request["body"] is not None or request["method"] not in ("POST", "PUT") or "/lifecycle/" in request["path"]:
        return request["body"]
    if "/eventHooks" in request["path"]:
        body = {"name": answer["name"], "events": answer["events"], "channel": json.loads(json.dumps(answer["channel"]))}
        body["channel"]["config"]["authScheme"]["value"] = "lost"
        return body
    return {"profile": answer["profile"], "credentials": {"password": {"value": "lost"}}}


def replay(name, exchanges, org):
    comparison = Comparison(org)
    for number, exchange in enumerate(exchanges, 1):
        request, recorded = exchange["request"], exchange["response"]
        place = f"{name} #{number} {request['method']} {request['path']}"
        if recorded["status"] == 429:
            org.control("POST", "/limits", {"bucket": "other"})
        status, headers, text = org.api(request["method"], comparison.ours(request["path"]), rebuilt(exchange))
        body = json.loads(text) if text else None
        if status != recorded["status"]:
            comparison.faults.append(f"{place}: recorded {recorded['status']}, got {status} {text[:200]}")
            continue
        if status == 200:
            comparison.learn(recorded["body"], body)
        comparison.headers(recorded["headers"], headers, place)
        comparison.values(recorded["body"], body, place)
    return comparison.faults


def main():
    folder = pathlib.Path(sys.argv[1])
    files = sorted(folder.glob("*.json"))
    faults, count, done = [], 0, 0
    for file in files:
        exchanges = json.loads(file.read_text())
        # The years of the recordings tell the engines apart.
        engine = "classic" if " 2020 " in exchanges[0]["response"]["headers"]["date"] else "identity"
        org = Org(engine)
        try:
            faults += replay(file.stem, exchanges, org)
        finally:
            org.process.terminate()
        count, done = count + len(exchanges), done + 1
    if not files:
        sys.exit(f"FAILED: there are no recordings in {folder}")
    if faults:
        sys.exit("FAILED: the fake differs from what was recorded\n  " + "\n  ".join(faults))
    print(f"recorded exchanges: {count} in {done} files are given again in shape")


main()
