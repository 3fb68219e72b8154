import { expect, test, vi } from "vitest";
import type { NodeHttpCall, NodeHttpResponse } from "../../api/node/http-call.ts";
import { HttpCalls } from "./http-calls.ts";

const request = { namespace: "n", pod: "p", uid: "u", port: 1, method: "GET", path: "/", headers: [] };
const asked = { request, body: "", milliseconds: 1000 };
const responseTo = ({ id }: NodeHttpCall, body = ""): NodeHttpResponse => ({
  type: "http",
  id,
  response: { code: 200, http: { status: 200, headers: [] } },
  body,
});

/** Calls node `a`; the messages to it are collected. */
function bench() {
  const calls = new HttpCalls();
  const sent: NodeHttpCall[] = [];
  const make = (connected = true) =>
    calls.make("a", asked, (call) => {
      sent.push(call);
      return connected;
    });
  return { calls, sent, make };
}

test("LINK-HTTP: each call gets the response to it, from the node that was asked", async () => {
  const { calls, sent, make } = bench();
  const [first, second] = [make(), make()];
  const [one, two] = sent as [NodeHttpCall, NodeHttpCall];
  calls.receive("b", responseTo(one, "forged"));
  calls.receive("a", responseTo(two, "2"));
  calls.receive("a", responseTo(one, "1"));
  calls.receive("a", responseTo(one, "again"));
  expect([(await first)?.body, (await second)?.body]).toEqual(["1", "2"]);
});

test("LINK-HTTP-LIMIT: without a link, or when it breaks, a call takes a tunnel", async () => {
  const { calls, make } = bench();
  expect(await make(false)).toBeUndefined();
  const broken = make();
  calls.delete("a");
  expect(await broken).toBeUndefined();
});

test("LINK-HTTP-LIMIT: a node that does not answer holds nothing for longer than the call may take, and few calls", async () => {
  vi.useFakeTimers();
  try {
    const { sent, make } = bench();
    const waiting = Array.from({ length: 32 }, () => make());
    expect(await make()).toBeUndefined();
    expect(sent).toHaveLength(32);
    vi.advanceTimersByTime(1000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([undefined]));
    void make();
    expect(sent).toHaveLength(33);
  } finally {
    vi.useRealTimers();
  }
});
