import { expect, test } from "vitest";
import { Ahead } from "./ahead.ts";

const message = (kind: number, bytes: number) => new Uint8Array(bytes + 1).fill(kind).buffer;

function received(count: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint8(0, 4);
  view.setBigUint64(1, BigInt(count));
  return view.buffer;
}

test("RELAY-AHEAD: whatever is acknowledged is forgotten, however small its messages", () => {
  const ahead = new Ahead();
  for (let i = 1; i <= 200_000; i++) {
    expect(ahead.passes(message(3, 60))).toBe(true);
    if (i % 2000 === 0) expect(ahead.acknowledges(received(i * 60))).toBe(true);
  }
});

test("RELAY-AHEAD: a node that counts anew has received everything", () => {
  const ahead = new Ahead();
  for (const count of [1_000_000, 500, 400]) {
    expect(ahead.passes(message(3, 4_000_000))).toBe(true);
    expect(ahead.acknowledges(received(count))).toBe(true);
  }
});

test("RELAY-AHEAD: messages of no length, and acknowledgements of nothing, are counted", () => {
  const ahead = new Ahead();
  expect(ahead.acknowledges(received(1))).toBe(false);
  for (let i = 0; i < 50_000; i++) expect(ahead.passes(message(3, 0))).toBe(true);
  expect(ahead.acknowledges(received(1))).toBe(false);
  expect(ahead.passes("text")).toBe(false);
});
