import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { requireRoom, streamOf } from "./open-streams.ts";

interface Source {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>;
  say(): void;
  close(): void;
  isCancelled(): boolean;
}

function open(client: string): Source {
  let cancelled = false;
  let source: ReadableByteStreamController | undefined;
  const body = new ReadableStream({
    type: "bytes",
    start(controller) {
      source = controller;
    },
    cancel() {
      cancelled = true;
    },
  });
  return {
    stream: streamOf(client, body).getReader(),
    say: () => source?.enqueue(new Uint8Array(1)),
    close: () => {
      source?.close();
      source?.byobRequest?.respond(0);
    },
    isCancelled: () => cancelled,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

const TOO_MANY = "the client has opened too many streams";

test("FAIR-STREAM: the longest idle stream is closed for a new one, and does not look complete", async () => {
  const [first, second] = [open("jo"), open("jo")];
  first.say();
  await first.stream.read();
  const waiting = second.stream.read();
  const others = Array.from({ length: 498 }, () => open("jo"));
  pass(11_000);
  others.push(open("jo"));
  await expect(waiting).rejects.toThrow(TOO_MANY);
  expect([first, second].map((each) => each.isCancelled())).toEqual([false, true]);

  // So does one that nobody reads at the moment.
  open("jo");
  await expect.poll(first.isCancelled).toBe(true);
  await expect(first.stream.read()).rejects.toThrow(TOO_MANY);
  expect(others.some((each) => each.isCancelled())).toBe(false);
});

test("FAIR-STREAM: ended and abandoned streams are not counted; each client is counted separately", async () => {
  const [ended, left, stays] = [open("al"), open("al"), open("al")];
  ended.close();
  expect((await ended.stream.read()).done).toBe(true);
  await left.stream.cancel();
  for (let i = 0; i < 499; i++) open("al");
  for (let i = 0; i < 500; i++) open("bo");
  stays.say();
  expect((await stays.stream.read()).done).toBe(false);
});

test("FAIR-STREAM: a client whose streams were all active a moment ago is refused another", () => {
  for (let i = 0; i < 499; i++) open("cy");
  expect(() => requireRoom("cy")).not.toThrow();
  open("cy");
  pass(9_000);
  expect(() => requireRoom("cy")).toThrow("too many streams are open");
  pass(2_000);
  expect(() => requireRoom("cy")).not.toThrow();
});
