import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type LinkAnswer as Head, MAX_LINK_BODY } from "../../api/node/link-request.ts";
import type { NodeResponse } from "../../api/node/node-sync.ts";
import { fail } from "./answer.ts";
import { LinkAnswer } from "./link-answer.ts";
import { CHANNEL, type Tunnel } from "./tunnel.ts";

const OK: NodeResponse = { code: 200 };
const bytes = (length: number) => Buffer.alloc(length, "x");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An answer, and what became of it. */
function bench({ hasRoom = true } = {}) {
  const replies: { readonly head: Head; readonly body: string }[] = [];
  const held = { now: false };
  const answer = new LinkAnswer({
    reply: (head, body) => {
      if (hasRoom) replies.push({ head, body: String(body) });
      return hasRoom;
    },
    hold: () => {
      held.now = true;
    },
    release: () => {
      held.now = false;
    },
  });
  return { answer, replies, held };
}

/** A tunnel, which takes each frame when it is allowed to. */
function tunnel() {
  const abort = new AbortController();
  const received: unknown[] = [];
  const fake = {
    signal: abort.signal,
    respond: (response: NodeResponse) => void received.push(response),
    send: async (_: number, sent: Buffer) => void received.push(sent.length),
    close: (code = 1000) => void received.push(`closed ${code}`),
  };
  return { tunnel: fake as unknown as Tunnel, received, abort };
}

test("LINK-REQUEST: a short answer goes over the link at once, as a whole", async () => {
  const { answer, replies, held } = bench();
  answer.respond(OK);
  await answer.send(CHANNEL.stdout, Buffer.from("one "));
  await answer.send(CHANNEL.stdout, Buffer.from("two"));
  expect(replies).toEqual([]);
  answer.close();
  expect(replies).toEqual([{ head: { response: OK }, body: "one two" }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([replies.length, held.now, answer.signal.aborted]).toEqual([1, false, false]);
});

test("LINK-REQUEST-HELD: a long one is held, read no further, and continues in the tunnel", async () => {
  const { answer, replies, held } = bench();
  answer.respond(OK);
  await answer.send(CHANNEL.stdout, bytes(MAX_LINK_BODY));
  expect(held.now).toBe(false);
  let more = 0;
  const sending = answer.send(CHANNEL.stdout, bytes(1)).then(async () => {
    more++;
    await answer.send(CHANNEL.stdout, bytes(2));
    answer.close();
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect([held.now, more]).toEqual([true, 0]);
  const { tunnel: to, received } = tunnel();
  await answer.continueIn(to);
  await sending;
  expect(received).toEqual([OK, MAX_LINK_BODY, 1, 2, "closed 1000"]);
  expect([replies, held.now]).toEqual([[], false]);
});

test("LINK-REQUEST-HELD: one without a beginning for a second, or without an end soon after, is held", async () => {
  const late = bench();
  await vi.advanceTimersByTimeAsync(999);
  expect(late.held.now).toBe(false);
  await vi.advanceTimersByTimeAsync(2);
  expect(late.held.now).toBe(true);
  const { tunnel: to, received } = tunnel();
  await late.answer.continueIn(to);
  late.answer.respond(OK);
  await late.answer.send(CHANNEL.stdout, bytes(3));
  late.answer.close();
  expect(received).toEqual([OK, 3, "closed 1000"]);

  const watch = bench();
  watch.answer.respond(OK);
  await watch.answer.send(CHANNEL.stdout, bytes(4));
  await vi.advanceTimersByTimeAsync(50);
  expect(watch.held.now).toBe(true);
});

test("LINK-REQUEST-HELD: one that ended while it was held, or found no room in the link, is sent whole", async () => {
  const { answer, held } = bench({ hasRoom: false });
  answer.respond(OK);
  await answer.send(CHANNEL.stdout, bytes(5));
  answer.close();
  expect(held.now).toBe(true);
  const { tunnel: to, received } = tunnel();
  await answer.continueIn(to);
  expect(received).toEqual([OK, 5, "closed 1000"]);
});

test("LINK-REQUEST-HELD: one that nobody calls for is abandoned", async () => {
  const { answer, held } = bench();
  answer.respond(OK);
  const sending = answer.send(CHANNEL.stdout, bytes(MAX_LINK_BODY + 1));
  await vi.advanceTimersByTimeAsync(15_000);
  await sending;
  expect([held.now, answer.signal.aborted]).toEqual([false, true]);
});

test("TUNNEL-END: when the client leaves, so does the answer", async () => {
  const { answer } = bench();
  await vi.advanceTimersByTimeAsync(1001);
  const { tunnel: to, abort } = tunnel();
  await answer.continueIn(to);
  expect(answer.signal.aborted).toBe(false);
  abort.abort();
  expect(answer.signal.aborted).toBe(true);
});

test("TUNNEL-END: an answer that breaks off does not look complete", async () => {
  const short = bench();
  short.answer.respond(OK);
  await short.answer.send(CHANNEL.stdout, bytes(6));
  fail(short.answer, new Error("aborted"));
  expect(short.replies).toMatchObject([{ head: { response: { code: 500, message: "the answer broke off" } } }]);

  const long = bench();
  long.answer.respond(OK);
  void long.answer.send(CHANNEL.stdout, bytes(MAX_LINK_BODY + 1));
  const { tunnel: to, received } = tunnel();
  await long.answer.continueIn(to);
  fail(long.answer, new Error("aborted"));
  expect(received.at(-1)).toBe("closed 1011");

  const refused = bench();
  fail(refused.answer, new Error("connection refused"));
  expect(refused.replies).toMatchObject([{ head: { response: { message: "connection refused" } } }]);
});
