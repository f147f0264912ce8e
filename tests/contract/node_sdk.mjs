// Okta's SDK for Node against the fake org: it was written by Okta, for Okta.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import okta from "@okta/okta-sdk-nodejs";
import { check, finish, startOrg } from "./org.mjs";

const org = await startOrg("--listen", "127.0.0.1:0", "--ssws", "--switch", "plan=unlimited");
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "contract", use: "sig", alg: "RS256" };
await org.order("PATCH", `/apps/${org.client_id}`, { keys: [jwk] });
const user = await org.order("POST", "/users", { login: "mara.lindqvist@example.com", name: "Mara Lindqvist" });

function client(extra = {}) {
  return new okta.Client({
    orgUrl: org.url,
    authorizationMode: "PrivateKey",
    clientId: org.client_id,
    scopes: ["okta.eventHooks.manage", "okta.logs.read", "okta.users.manage"],
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
    keyId: "contract",
    ...extra,
  });
}

/** Reads at most so many members of a collection: polling has no end. */
async function take(collection, most) {
  const members = [];
  for await (const member of collection) {
    members.push(member);
    if (members.length >= most) break;
  }
  return members;
}

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

// A receiver of hooks, which answers the challenge and keeps what it is sent.
const deliveries = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    const challenge = request.headers["x-okta-verification-challenge"];
    if (request.method === "POST") deliveries.push(JSON.parse(body));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(challenge ? { verification: challenge } : {}));
  });
});
await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
const receiverUrl = `http://127.0.0.1:${receiver.address().port}/hooks`;

const sdk = client();
let hook;

await check("a token is had by a signed assertion, with a proof of possession that is ignored", async () => {
  assert.deepEqual(await take(await sdk.eventHookApi.listEventHooks(), 10), []);
  const requests = await (await fetch(`${org.control}/requests`)).json();
  const asked = requests.find((request) => request.path === "/oauth2/v1/token");
  assert.ok(asked.body.includes("client_assertion="), asked.body);
  assert.ok(asked.headers.some(([name]) => name === "dpop"), "the SDK always sends a proof");
});

const wanted = (name) => ({
  name,
  events: { type: "EVENT_TYPE", items: ["user.session.start", "user.lifecycle.suspend"] },
  channel: {
    type: "HTTP",
    version: "1.0.0",
    config: { uri: receiverUrl, headers: [{ key: "X-Own", value: "one" }], authScheme: { type: "HEADER", key: "Authorization", value: "s3cret" } },
  },
});

await check("a hook is created, read, listed, replaced and verified", async () => {
  hook = await sdk.eventHookApi.createEventHook({ eventHook: wanted("by the SDK") });
  assert.ok(hook.id.startsWith("who"));
  assert.equal(hook.status, "ACTIVE");
  assert.equal(hook.verificationStatus, "UNVERIFIED");
  assert.equal((await sdk.eventHookApi.getEventHook({ eventHookId: hook.id })).name, "by the SDK");
  assert.equal((await take(await sdk.eventHookApi.listEventHooks(), 10)).length, 1);
  const replaced = await sdk.eventHookApi.replaceEventHook({ eventHookId: hook.id, eventHook: wanted("renamed") });
  assert.equal(replaced.name, "renamed");
  const verified = await sdk.eventHookApi.verifyEventHook({ eventHookId: hook.id });
  assert.equal(verified.verificationStatus, "VERIFIED");
});

await check("users are found, listed and searched", async () => {
  const found = await sdk.userApi.getUser({ userId: user.id });
  assert.equal(found.profile.login, "mara.lindqvist@example.com");
  assert.equal(found.status, "ACTIVE");
  assert.equal((await sdk.userApi.getUser({ userId: "mara.lindqvist@example.com" })).id, user.id);
  const search = await take(await sdk.userApi.listUsers({ search: 'profile.login eq "mara.lindqvist@example.com"' }), 10);
  assert.deepEqual(search.map((one) => one.id), [user.id]);
});

await check("a user is suspended and let in again, and the second time is refused", async () => {
  await sdk.userApi.suspendUser({ userId: user.id });
  assert.equal((await sdk.userApi.getUser({ userId: user.id })).status, "SUSPENDED");
  const refused = await refusal(sdk.userApi.suspendUser({ userId: user.id }));
  assert.equal(refused.status, 400);
  assert.equal(refused.errorCode, "E0000001");
  await sdk.userApi.unsuspendUser({ userId: user.id });
  await sdk.userApi.revokeUserSessions({ userId: user.id, oauthTokens: true });
  const unlock = await refusal(sdk.userApi.unlockUser({ userId: user.id }));
  assert.equal(unlock.errorCode, "E0000032");
  await sdk.userApi.expirePassword({ userId: user.id });
  assert.equal((await sdk.userApi.getUser({ userId: user.id })).status, "PASSWORD_EXPIRED");
  const reset = await sdk.userApi.generateResetPasswordToken({ userId: user.id, sendEmail: false });
  assert.ok(reset.resetPasswordUrl.startsWith(org.url));
});

await check("the System Log has what was done, and the hook carried it", async () => {
  const now = new Date(Date.now() + 60_000).toISOString();
  const then = new Date(Date.now() - 3_600_000).toISOString();
  const events = await take(await sdk.systemLogApi.listLogEvents({ since: then, until: now, limit: 3 }), 1000);
  const types = events.map((event) => event.eventType);
  for (const type of ["event_hook.created", "event_hook.verified", "user.lifecycle.suspend", "user.session.clear", "user.account.reset_password"]) {
    assert.ok(types.includes(type), `${type} is not among ${types}`);
  }
  const suspended = events.find((event) => event.eventType === "user.lifecycle.suspend");
  assert.equal(suspended.actor.type, "PublicClientAppEntity");
  assert.equal(suspended.target[0].id, user.id);
  const filtered = await take(await sdk.systemLogApi.listLogEvents({ filter: 'eventType eq "user.lifecycle.suspend"' }), 1);
  assert.equal(filtered[0].uuid, suspended.uuid);
  await org.order("POST", "/settle", {});
  const carried = deliveries.flatMap((delivery) => delivery.data.events);
  assert.deepEqual(carried.map((event) => event.uuid), [suspended.uuid]);
});

await check("what is refused has Okta's code", async () => {
  assert.equal((await refusal(sdk.eventHookApi.deleteEventHook({ eventHookId: hook.id }))).status, 403);
  await sdk.eventHookApi.deactivateEventHook({ eventHookId: hook.id });
  await sdk.eventHookApi.deleteEventHook({ eventHookId: hook.id });
  const gone = await refusal(sdk.eventHookApi.getEventHook({ eventHookId: hook.id }));
  assert.equal(gone.status, 404);
  assert.equal(gone.errorCode, "E0000007");
  const wrong = await refusal(take(await sdk.systemLogApi.listLogEvents({ filter: "colour eq 1" }), 1));
  assert.equal(wrong.errorCode, "E0000053");
});

await check("after 429 the SDK waits until the reset, and says for which request it asks again", async () => {
  await org.order("PATCH", "/switches", { plan: "workforce" });
  await org.order("POST", "/limits", { bucket: "other" });
  // Most of the minute is over.
  await org.order("POST", "/clock", { advance_seconds: 57 });
  await org.order("DELETE", "/requests", undefined);
  assert.deepEqual(await take(await sdk.eventHookApi.listEventHooks(), 1), []);
  const [refused, repeated] = await (await fetch(`${org.control}/requests`)).json();
  assert.deepEqual([refused.status, repeated.status], [429, 200]);
  const said = Object.fromEntries(repeated.headers);
  assert.equal(said["x-okta-retry-for"], refused.id);
  assert.equal(said["x-okta-retry-count"], "1");
  await org.order("PATCH", "/switches", { plan: "unlimited" });
});

await check("SSWS tokens work where they are switched on", async () => {
  const ssws = new okta.Client({ orgUrl: org.url, token: org.api_token });
  assert.equal((await ssws.userApi.getUser({ userId: user.id })).id, user.id);
});

await check("where possession has to be proved, the SDK proves it", async () => {
  await org.order("PATCH", "/switches", { dpop: "require" });
  const proving = client();
  assert.equal((await proving.userApi.getUser({ userId: user.id })).id, user.id);
  const requests = await (await fetch(`${org.control}/requests`)).json();
  const last = requests.at(-1);
  assert.ok(last.headers.some(([name, value]) => name === "authorization" && value.startsWith("DPoP ")), "the token is bound to a key");
});

finish("Okta's SDK for Node");
