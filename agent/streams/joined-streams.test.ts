import { beforeEach, expect, test, vi } from "vitest";
import { JoinedStreams } from "./joined-streams.ts";
import type { Refusal } from "./refusal.ts";
import type { Tunnel } from "./tunnel.ts";

let now = 0;
beforeEach(() => {
  now = 0;
});

function opened(streams: JoinedStreams, client: string) {
  const abort = new AbortController();
  const tunnel = { usedAt: now, signal: abort.signal, close: vi.fn() };
  streams.enter(client, tunnel as unknown as Tunnel);
  return { ...tunnel, tunnel, leave: () => abort.abort() };
}

const refusalOf = (streams: JoinedStreams, client: string) => {
  try {
    streams.requireRoom(client);
    return undefined;
  } catch (refusal) {
    return (refusal as Refusal).response.code;
  }
};

test("FAIR-STREAM-NODE: a client's stream that was unused for longest makes room for another", () => {
  const streams = new JoinedStreams(() => now);
  const idle = opened(streams, "a");
  now = 5_000;
  const others = Array.from({ length: 299 }, () => opened(streams, "a"));
  now = 11_000;
  expect(refusalOf(streams, "a")).toBeUndefined();
  expect(idle.close).toHaveBeenCalledWith(1008);
  expect(others.some(({ close }) => close.mock.calls.length > 0)).toBe(false);
});

test("FAIR-STREAM-NODE: if all were used just now, another one is refused, but not another client's", () => {
  const streams = new JoinedStreams(() => now);
  const all = Array.from({ length: 300 }, () => opened(streams, "a"));
  now = 9_000;
  expect(refusalOf(streams, "a")).toBe(429);
  expect(refusalOf(streams, "b")).toBeUndefined();
  all[7]?.leave();
  expect(refusalOf(streams, "a")).toBeUndefined();
});
