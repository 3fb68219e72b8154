import { expect, test } from "vitest";
import { type LinkAnswer, type LinkOutcome, MAX_LINK_BODY, renderLinkFrame } from "../../api/node/link-request.ts";
import { type OverLink, requestOverLink } from "./link-request.ts";

const request = { kind: "http", namespace: "n", pod: "p", uid: "u", port: 1, method: "POST", path: "/", headers: [] };
const encoder = new TextEncoder();

/** The hub's answer to every request. */
function ask(outcome: LinkOutcome, body = new Uint8Array()) {
  const env = { NODE_HUB: { getByName: () => ({ request: async () => outcome }) } } as unknown as OverLink["env"];
  return requestOverLink({ env, cluster: "c", node: "a", request: request as never, body, isRepeatable: false });
}

const answer = (head: LinkAnswer, body = "") =>
  renderLinkFrame({ id: crypto.randomUUID(), head, body: encoder.encode(body) }, encoder);

const http = { status: 200, headers: [["Content-Type", "text/plain"]] } as const;

async function responseTo(head: LinkAnswer, body?: string): Promise<Response> {
  const result = await ask(answer(head, body));
  if (result.kind !== "answered") throw new Error(result.kind);
  return result.response;
}

test("LINK-REQUEST: a pod's response is one, with all its headers, and without a body if its status has none", async () => {
  const headers = [...http.headers, ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] as const;
  const response = await responseTo({ response: { code: 200, http: { ...http, headers } } }, "yes");
  expect([response.status, await response.text()]).toEqual([200, "yes"]);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  for (const status of [204, 304]) {
    const empty = await responseTo({ response: { code: 200, http: { ...http, status } } });
    expect([empty.status, empty.body]).toEqual([status, null]);
  }
});

test("LINK-REQUEST: why there is no response, and one that cannot be read", async () => {
  const refused = await responseTo({ response: { code: 500, message: "connection refused" } });
  expect([refused.status, await refused.json()]).toMatchObject([500, { message: "connection refused" }]);
  for (const status of [7, 1000, Number.NaN]) {
    const response = await responseTo({ response: { code: 200, http: { ...http, status } } });
    expect(await response.json()).toMatchObject({ message: "the node's answer cannot be read" });
  }
  const garbage = await ask(encoder.encode("garbage"));
  expect(garbage).toMatchObject({ kind: "answered", response: { status: 500 } });
});

test("LINK-REQUEST-HELD: an answer that does not come over the link is held under the request's id", async () =>
  expect(await ask(answer({}))).toEqual({ kind: "held", id: expect.stringMatching(/^[0-9a-f-]{36}$/) }));

test("LINK-REQUEST-LIMIT: a body that does not fit the link is not sent", async () => {
  const whole = answer({ response: { code: 200, http } });
  expect(await ask(whole, new Uint8Array(MAX_LINK_BODY))).toMatchObject({ kind: "answered" });
  expect(await ask(whole, new Uint8Array(MAX_LINK_BODY + 1))).toEqual({ kind: "not sent" });
});
