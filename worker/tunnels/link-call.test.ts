import { expect, test } from "vitest";
import { MAX_CALL_BYTES, type NodeHttpResponse } from "../../api/node/http-call.ts";
import { callOverLink, type LinkCall } from "./link-call.ts";

const request = { namespace: "n", pod: "p", uid: "u", port: 1, method: "POST", path: "/", headers: [] };

/** The hub's answer to every request. */
function call(answer: Omit<NodeHttpResponse, "type" | "id"> | undefined, body = "{}") {
  const env = { NODE_HUB: { getByName: () => ({ request: async () => answer }) } } as unknown as LinkCall["env"];
  return callOverLink({ env, cluster: "c", node: "a", request, body, milliseconds: 1000 });
}

const http = { status: 200, headers: [["Content-Type", "text/plain"]] } as const;

test("LINK-HTTP: a pod's response is one, without a body if its status has none", async () => {
  const answered = await call({ response: { code: 200, http }, body: "yes" });
  if (!answered?.ok) throw new Error(answered?.why);
  expect([answered.response.status, await answered.response.text()]).toEqual([200, "yes"]);
  const empty = await call({ response: { code: 200, http: { ...http, status: 204 } }, body: "" });
  expect(empty).toMatchObject({ ok: true, response: { status: 204, body: null } });
});

test("LINK-HTTP: why there is no response", async () =>
  expect(await call({ response: { code: 500, message: "connection refused" } })).toEqual({
    ok: false,
    why: "connection refused",
  }));

test("LINK-HTTP-LIMIT: what does not fit the link, and a node that does not know such calls, takes a tunnel", async () => {
  expect(await call({ response: { code: 200, http } })).toBeUndefined();
  expect(await call(undefined)).toBeUndefined();
  const answer = { response: { code: 200, http }, body: "yes" };
  expect(await call(answer, "é".repeat(MAX_CALL_BYTES - 1))).toBeUndefined();
});
