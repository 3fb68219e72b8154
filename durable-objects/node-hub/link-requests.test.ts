import { expect, test, vi } from "vitest";
import { idOfFrame, renderLinkFrame } from "../../api/node/link-request.ts";
import { LinkRequests } from "./link-requests.ts";

const encoder = new TextEncoder();

const frame = (id: string = crypto.randomUUID(), text = "") =>
  renderLinkFrame({ id, head: {}, body: encoder.encode(text) }, encoder);

/** Makes requests to nodes; the frames that were sent are collected. */
function bench() {
  const requests = new LinkRequests();
  const sent: Uint8Array[] = [];
  const make = (node = "a", isLinked = true) => {
    const made = frame();
    return requests.make(node, made, () => {
      if (isLinked) sent.push(made);
      return isLinked;
    });
  };
  return { requests, sent, make };
}

test("LINK-REQUEST: each request gets the answer to it, from the node that was asked", async () => {
  const { requests, sent, make } = bench();
  const [first, second] = [make(), make()];
  const [one, two] = sent.map(idOfFrame);
  const answer = frame(one, "1");
  requests.receive("b", frame(one, "forged"));
  requests.receive("a", frame(two, "2"));
  requests.receive("a", answer);
  requests.receive("a", frame(one, "again"));
  requests.receive("a", encoder.encode("short"));
  expect(await first).toBe(answer);
  expect(await second).toEqual(frame(two, "2"));
});

test("LINK-REQUEST-ONCE: a request that was not sent is told from one that was lost with its link", async () => {
  const { requests, make } = bench();
  expect(await make("a", false)).toBe("not sent");
  const broken = make();
  requests.delete("a");
  expect(await broken).toBe("lost");
});

test("LINK-REQUEST-LIMIT: few wait for an answer at a time, and none for long", async () => {
  vi.useFakeTimers();
  try {
    const { sent, make } = bench();
    // A little less than 32 MiB by 256 KiB.
    const waiting = Array.from({ length: 127 }, () => make("a"));
    expect(await make("a")).toBe("not sent");
    waiting.push(...Array.from({ length: 127 }, () => make("b")), make("c"));
    expect(await make("c")).toBe("not sent");
    expect(sent).toHaveLength(255);
    vi.advanceTimersByTime(15_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["lost"]));
    for (let i = 0; i < 127; i++) void make("c");
    expect(sent).toHaveLength(255 + 127);
  } finally {
    vi.useRealTimers();
  }
});
