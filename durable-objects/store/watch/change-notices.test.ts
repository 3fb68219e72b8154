import { expect, test } from "vitest";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import { ChangeNotices, type NoticeSocket } from "./change-notices.ts";

class FakeSocket implements NoticeSocket {
  readonly sent: string[] = [];
  #attachment: unknown = null;
  send = (text: string) => void this.sent.push(text);
  serializeAttachment = (value: unknown) => {
    this.#attachment = value;
  };
  deserializeAttachment = () => this.#attachment;
}

function setUp() {
  const socket = new FakeSocket();
  const planned: { readonly wait: number; readonly run: () => void }[] = [];
  let now = 1000;
  const notices = new ChangeNotices({
    turns: {
      now: () => now,
      after: (wait, run) => {
        planned.push({ wait, run });
        return () => {};
      },
      settled: async () => {},
    },
    sockets: () => [socket],
    revision: async () => 7 as Revision,
  });
  const commit = (revision: number, ...resources: GroupResource[]) =>
    notices.committed(revision as Revision, new Set(resources));
  const pass = async () => {
    const [next] = planned.splice(0);
    now += next?.wait ?? 0;
    next?.run();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { socket, notices, planned, commit, pass };
}

test("WATCH-NOTICE: a new listener receives the newest revision", async () => {
  const { socket, notices } = setUp();
  await notices.listen(socket, '["pods"]');
  expect(socket.sent).toEqual(['{"revision":7,"resources":[]}']);
});

test("WATCH-NOTICE: a socket is notified of what it listens for, once per burst", async () => {
  const { socket, notices, planned, commit, pass } = setUp();
  await notices.listen(socket, '["pods","secrets"]');
  socket.sent.length = 0;
  commit(8, "pods");
  commit(9, "configmaps", "pods");
  await pass();
  expect(socket.sent).toEqual(['{"revision":9,"resources":["pods"]}']);
  commit(10, "configmaps");
  expect(planned.map(({ wait }) => wait)).toEqual([50]);
  await pass();
  expect(socket.sent).toHaveLength(1);
});

test.each(["nonsense", "{}", '[1, {"a": 2}]'])("an invalid request %s listens for nothing", async (message) => {
  const { socket, notices, commit, pass } = setUp();
  await notices.listen(socket, message);
  commit(8, "pods");
  await pass();
  expect(socket.sent).toHaveLength(1);
});
