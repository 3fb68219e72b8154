import { expect, test } from "vitest";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { WATCH_WINDOW } from "../../../api/watch-socket.ts";
import { WatchSession } from "./watch-session.ts";

const event = (revision: string, note = "") =>
  `{"type":"MODIFIED","object":{"metadata":{"resourceVersion":"${revision}"},"note":"${note}"}}\n`;

/** Answers each requested path with the next of `answers`, and after that with silence. */
function setUp(answers: readonly (() => Response)[]) {
  const sent: unknown[] = [];
  const closed: number[] = [];
  const requests: string[] = [];
  let newest = 0;
  let marks = 0;
  let wake = () => {};
  const session = new WatchSession({
    send: (text) => void sent.push(text === "pong" ? text : JSON.parse(text)),
    close: (code) => void closed.push(code),
    newMark: () => `mark ${++marks}`,
    fetch: async (path) => {
      requests.push(path);
      return answers[requests.length - 1]?.() ?? new Response(new ReadableStream());
    },
    resourceAt: async (path) => (path.startsWith("/api/v1/pods") ? ("pods" as GroupResource) : undefined),
    feed: {
      listen: async () => {},
      newest: () => newest as Revision,
      changed: async (_, after, ended) => {
        while (newest <= after && !ended()) await new Promise<void>((resolve) => (wake = resolve));
      },
      wake: () => wake(),
    },
  });
  return {
    session,
    sent,
    requests,
    closed,
    notice: (revision: number) => {
      newest = revision;
      wake();
    },
  };
}

const begin = (path: string) => JSON.stringify({ watch: 1, path, since: "5" });

test("WATCH-REST: a watch streams while there are changes, then rests, and resumes by revision", async () => {
  const { session, sent, requests, notice } = setUp([
    () => new Response(event("6")),
    () => new Response(""),
    () => new Response(event("12")),
  ]);
  session.receive(begin("/api/v1/pods?labelSelector=a%3Db"));
  await expect.poll(() => sent).toHaveLength(3);
  expect(sent).toEqual([
    { watch: 1, revision: "5" },
    { watch: 1, events: [JSON.parse(event("6"))] },
    { watch: 1, revision: "6" },
  ]);
  notice(9);
  await expect.poll(() => sent.at(-1)).toEqual({ watch: 1, revision: "9" });
  notice(12);
  await expect.poll(() => sent.at(-1)).toEqual({ watch: 1, revision: "12" });
  expect(requests.map((path) => new URLSearchParams(path.split("?")[1]).get("resourceVersion"))).toEqual([
    "5",
    "6",
    "9",
  ]);
  expect(requests[0]).toContain("labelSelector=a%3Db");
  session.stop();
});

test("WATCH-MANY: a refusal and an ERROR event end their watch", async () => {
  const status = { kind: "Status", code: 403 };
  const refused = setUp([() => Response.json(status, { status: 403 })]);
  refused.session.receive(begin("/api/v1/pods"));
  await expect.poll(() => refused.sent).toEqual([{ watch: 1, refused: status }]);

  const expired = setUp([() => new Response('{"type":"ERROR","object":{"code":410}}\n')]);
  expired.session.receive(begin("/api/v1/pods"));
  await expect.poll(() => expired.sent).toHaveLength(2);
  expect(expired.requests).toHaveLength(1);
});

test("WATCH-ROOM: a client that does not read is sent nothing more until it does", async () => {
  const big = event("6", "x".repeat(WATCH_WINDOW));
  const { session, sent } = setUp([() => new Response(big), () => new Response(event("7"))]);
  session.receive(begin("/api/v1/namespaces/a/other"));
  await expect.poll(() => sent.at(-1)).toEqual({ watch: 1, revision: "6" });
  expect(sent).toContainEqual({ mark: "mark 1" });
  for (const read of ["mark 2", "", "anything"]) session.receive(JSON.stringify({ read }));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(sent.at(-1)).toEqual({ watch: 1, revision: "6" });
  session.receive(JSON.stringify({ read: "mark 1" }));
  await expect.poll(() => sent).toContainEqual({ watch: 1, events: [JSON.parse(event("7"))] });
  session.stop();
});

test("WATCH-ROOM: a client that reads no answers to its calls and pings is cut off", () => {
  const { session, closed, sent } = setUp([]);
  let pings = 0;
  for (; closed.length === 0 && pings < 1_000_000; pings++) session.pong();
  expect(closed).toEqual([1008]);
  expect(pings).toBeLessThan(50_000);
  expect(sent.length).toBeLessThan(50_100);
});

test.each(["", "null", '{"watch":"1"}', '{"watch":1,"path":2}', '{"took":1}', '{"read":1}'])(
  "%s is not a valid message",
  (text) => {
    const { session, closed } = setUp([]);
    session.receive(text);
    expect(closed).toEqual([1008]);
  },
);
