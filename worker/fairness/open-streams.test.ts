import { expect, test } from "vitest";
import { streamOf } from "./open-streams.ts";

interface Source {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>;
  say(): void;
  close(): void;
  isCancelled(): boolean;
}

function open(client: string): Source {
  let cancelled = false;
  let source: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
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
    close: () => source?.close(),
    isCancelled: () => cancelled,
  };
}

const TOO_MANY = "the client has opened too many streams";

test("FAIR-STREAM: the stream that was silent longest makes room, and does not look complete", async () => {
  const [first, second] = [open("jo"), open("jo")];
  first.say();
  await first.stream.read();
  const waiting = second.stream.read();
  const others = Array.from({ length: 199 }, () => open("jo"));
  await expect(waiting).rejects.toThrow(TOO_MANY);
  expect([first, second].map((each) => each.isCancelled())).toEqual([false, true]);

  // So does one that nobody reads at the moment.
  open("jo");
  await expect.poll(first.isCancelled).toBe(true);
  await expect(first.stream.read()).rejects.toThrow(TOO_MANY);
  expect(others.some((each) => each.isCancelled())).toBe(false);
});

test("FAIR-STREAM: what has ended, and what was left, counts no longer; clients count by themselves", async () => {
  const [ended, left, stays] = [open("al"), open("al"), open("al")];
  ended.close();
  expect((await ended.stream.read()).done).toBe(true);
  await left.stream.cancel();
  for (let i = 0; i < 199; i++) open("al");
  for (let i = 0; i < 300; i++) open("bo");
  stays.say();
  expect((await stays.stream.read()).done).toBe(false);
});
