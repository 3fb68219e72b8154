import { expect, test } from "vitest";
import { HEARTBEAT, isHeartbeat } from "./watch-heartbeat.ts";

const piece = (text: string) => new TextEncoder().encode(text);

test("WATCH-HEARTBEAT: whitespace between events is a heartbeat, whitespace within an event is not", () => {
  expect(isHeartbeat(HEARTBEAT, { rest: "" })).toBe(true);
  expect(isHeartbeat(piece("  "), { rest: " " })).toBe(true);
  expect(isHeartbeat(piece(" "), { rest: '{"type":"ADDED","object":{"text":"a' })).toBe(false);
  expect(isHeartbeat(piece(' {"type":'), { rest: "" })).toBe(false);
});
