import { expect, test } from "vitest";
import { AuditDelivery } from "./audit-delivery.ts";

/** A receiver that refuses whatever `refuses` says, and a clock that stands still unless it is set. */
function deliveryTo({ refuses }: { readonly refuses: (posted: number) => boolean }) {
  const log: { id: number; text: string }[] = [];
  const posted: string[] = [];
  const retries: number[] = [];
  const clock = { now: 0 };
  let sent = 0;
  const delivery = new AuditDelivery({
    next: () => log.find(({ id }) => id > sent),
    delivered: ({ id }) => {
      sent = id;
    },
    post: async (text) => {
      posted.push(text);
      return refuses(posted.length) ? "refused" : undefined;
    },
    retryAt: async (at) => void retries.push(at),
    now: () => clock.now,
    onProblem: () => {},
  });
  return {
    posted,
    retries,
    clock,
    append: async (text: string) => {
      log.push({ id: log.length + 1, text });
      await delivery.deliver();
    },
    ring: () => delivery.retry(),
  };
}

test("what failed is posted again before what came after it", async () => {
  const { append, ring, posted, clock } = deliveryTo({ refuses: (posted) => posted === 1 });
  await append("a");
  await append("b");
  clock.now = 1000;
  await ring();
  expect(posted).toEqual(["a", "a", "b"]);
});

test("AUDIT-SINK: new batches do not shorten the pauses of a webhook that fails, and each is longer than the last", async () => {
  const { append, ring, posted, retries, clock } = deliveryTo({ refuses: () => true });
  await append("a");
  for (const text of ["b", "c", "d"]) await append(text);
  expect([posted, retries]).toEqual([["a"], [1000]]);
  clock.now = 1000;
  await ring();
  expect([posted, retries]).toEqual([
    ["a", "a"],
    [1000, 3000],
  ]);
});

test("an attempt under way is shared", async () => {
  const { append, posted } = deliveryTo({ refuses: () => false });
  await Promise.all(["a", "b", "c"].map(append));
  expect(posted).toEqual(["a", "b", "c"]);
});
