import { expect, test } from "vitest";
import type { NoticeFeed } from "./notice-feed.ts";
import { NoticeFeeds } from "./notice-feeds.ts";

/** A feed that notes what it listens to, and whether it was closed. */
function feed() {
  const state = { listens: [] as string[], isClosed: false };
  const methods = {
    listen: async (resource: string) => void state.listens.push(resource),
    close: () => {
      state.isClosed = true;
    },
  };
  return { state, opened: methods as unknown as NoticeFeed };
}

test("WATCH-REST: watches that begin together share one connection to their shard", async () => {
  const [own, ...shards] = [feed(), feed(), feed()];
  let count = 0;
  const feeds = new NoticeFeeds(own.opened, (resource) =>
    resource === "events" ? Promise.resolve(shards[count++]?.opened as NoticeFeed) : undefined,
  );
  await Promise.all(["events", "pods", "events"].map((resource) => feeds.listen(resource)));
  expect(count).toBe(1);
  expect([own, ...shards].map(({ state }) => state.listens)).toEqual([["pods"], ["events", "events"], []]);
  expect(shards[0]?.state.isClosed).toBe(false);
});

test("WATCH-REST: a shard that could not be reached is asked again", async () => {
  const [own, shard] = [feed(), feed()];
  let count = 0;
  const feeds = new NoticeFeeds(own.opened, () =>
    count++ === 0 ? Promise.reject(new Error("away")) : Promise.resolve(shard.opened),
  );
  await expect(feeds.listen("events")).rejects.toThrow("away");
  await feeds.listen("events");
  expect(shard.state.listens).toEqual(["events"]);
});

test("a connection that is there only after the client has left is closed", async () => {
  const [own, shard] = [feed(), feed()];
  const feeds = new NoticeFeeds(own.opened, async () => shard.opened);
  const listening = feeds.listen("events");
  feeds.close();
  await listening;
  expect([own.state.isClosed, shard.state.isClosed]).toEqual([true, true]);
});
