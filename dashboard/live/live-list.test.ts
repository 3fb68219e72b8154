import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ListPlace, WatchEnding, Watching } from "./list-place.ts";
import { LiveList } from "./live-list.ts";

const page = (names: readonly string[], metadata: object) => Response.json({ metadata, items: names });
const gone = () => Response.json({ code: 410, message: "too old" }, { status: 410 });

/** A list whose requests are answered in turn, and the watches that it opened. */
function listing(...answers: (() => Response)[]) {
  const requests: string[] = [];
  const watches: (Watching & { readonly end: (ending: WatchEnding) => void })[] = [];
  const place: ListPlace = {
    read: async (path) => {
      requests.push(path.replace(/^.*\?/, ""));
      const answer = answers.shift();
      if (!answer) throw new Error("no connection");
      return answer();
    },
    watch: (watching, stop) =>
      new Promise((resolve) => {
        watches.push({ ...watching, end: resolve });
        stop.addEventListener("abort", () => resolve({ name: "lost" }));
      }),
    signOut: () => undefined,
    isVisible: () => true,
    whenVisible: async () => undefined,
    whileVisible: (stop, run) => run(stop),
  };
  const source = {
    path: "/pods",
    decodeList: (body: unknown) => (body as { items: string[] }).items.map((name) => [name, name] as const),
    decodeEvent: (object: unknown) => {
      const { name } = object as { name: string };
      return [name, name] as const;
    },
  };
  const list = new LiveList<string>(source, { at: "", place });
  return { list, place, requests, watches, names: () => [...list.items.value.keys()] };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const settle = (ms = 10) => vi.advanceTimersByTimeAsync(ms);

const ofTwo = () => page(["a"], { resourceVersion: "5", continue: "next" });

test("a list is watched from its revision once all of its pages are there", async () => {
  const { list, requests, watches, names } = listing(ofTwo, () => page(["b"], { resourceVersion: "5" }));
  await settle();
  expect(requests).toEqual(["limit=500", "limit=5000&continue=next"]);
  expect(watches.map(({ since }) => since)).toEqual(["5"]);
  expect(names()).toEqual(["a", "b"]);
  watches[0]?.take([{ type: "DELETED", object: { name: "a", metadata: { resourceVersion: "6" } } }]);
  expect(names()).toEqual(["b"]);
  expect(list.state.value.name).toBe("live");
});

test("pages that expired before they were read make the list begin again", async () => {
  const { requests, watches, names } = listing(ofTwo, gone, () => page(["c"], { resourceVersion: "9" }));
  await settle();
  expect(requests).toEqual(["limit=500", "limit=5000&continue=next", "limit=500"]);
  expect(watches.map(({ since }) => since)).toEqual(["9"]);
  expect(names()).toEqual(["c"]);
});

test("a connection that is lost between two pages makes the list begin again", async () => {
  const lost = () => {
    throw new Error("no connection");
  };
  const { list, watches, names } = listing(ofTwo, lost, () => page(["a", "b"], { resourceVersion: "7" }));
  await settle();
  expect(watches).toEqual([]);
  expect(list.state.value).toEqual({ name: "loading", problem: "no connection" });
  await settle(500);
  expect(watches.map(({ since }) => since)).toEqual(["7"]);
  expect(names()).toEqual(["a", "b"]);
});

test("a watch from a revision that is compacted makes the list begin again", async () => {
  const { watches, names } = listing(
    () => page(["a"], { resourceVersion: "5" }),
    () => page(["b"], { resourceVersion: "8" }),
  );
  await settle();
  watches[0]?.end({ name: "refused", status: { status: "Failure", metadata: {}, code: 410 } });
  await settle();
  expect(watches.map(({ since }) => since)).toEqual(["5", "8"]);
  expect(names()).toEqual(["b"]);
});

test("a list that arrives while the page is hidden is not watched until it is shown", async () => {
  const { place, watches } = listing(() => page(["a"], { resourceVersion: "5" }));
  let show = () => {};
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  Object.assign(place, { whenVisible: () => shown });
  await settle();
  expect(watches).toEqual([]);
  show();
  await settle();
  expect(watches.map(({ since }) => since)).toEqual(["5"]);
});
