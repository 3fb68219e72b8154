import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import type { NodeReports } from "../../api/node/node-reports.ts";
import { Reports } from "./reports.ts";

const requested = (path: string): ApiRequest => ({ method: "PATCH", path, headers: {}, body: "{}" });
const code = (answered: Promise<ApiResponse>) => answered.then((response) => response.code);

/** A control plane that answers requests when it is let: with 200, and with 404 for those to /gone. */
function controlPlane({ refusal = 0, answersTo = Number.POSITIVE_INFINITY } = {}) {
  const heard: string[][] = [];
  const answers: (() => void)[] = [];
  const answerTo = ({ path }: ApiRequest): ApiResponse => ({ code: path === "/gone" ? 404 : 200, body: path });
  const reports = new Reports("n", async (request) => {
    const isReport = request.path === "/sailplane/v1/nodes/n/reports";
    const inside = isReport ? (JSON.parse(request.body ?? "") as NodeReports).asked : [request];
    heard.push(inside.map(({ path }) => path));
    await new Promise<void>((resolve) => answers.push(resolve));
    if (!isReport) return answerTo(request);
    if (refusal > 0) return { code: refusal, body: "" };
    return { code: 200, body: JSON.stringify({ answered: inside.slice(0, answersTo).map(answerTo) }) };
  });
  const settle = () => vi.advanceTimersByTimeAsync(1);
  const answerAll = async () => {
    for (const answer of answers.splice(0)) answer();
    await settle();
  };
  return { reports, heard, settle, answerAll };
}

describe("LINK-REPORTS: reports of a node", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are batched if concurrent, and each receives its own answer", async () => {
    const { reports, heard, settle, answerAll } = controlPlane();
    const answers = [reports.event(requested("/event")), reports.now(requested("/gone")), reports.now(requested("/b"))];
    await settle();
    expect(heard).toEqual([["/event", "/gone", "/b"]]);
    await answerAll();
    expect(await Promise.all(answers.map(code))).toEqual([200, 404, 200]);
  });

  it("LINK-REPORTS-SINGLE: are sent as an ordinary request if there is only one", async () => {
    const { reports, heard, settle, answerAll } = controlPlane();
    const answer = reports.now(requested("/a"));
    await settle();
    expect(heard).toEqual([["/a"]]);
    await answerAll();
    expect(await answer).toEqual({ code: 200, body: "/a" });
  });

  it("are delayed briefly for batching if they are events", async () => {
    const { reports, heard } = controlPlane();
    void reports.event(requested("/a"));
    await vi.advanceTimersByTimeAsync(50);
    void reports.event(requested("/b"));
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(60);
    expect(heard).toEqual([["/a", "/b"]]);
  });

  it("are batched until one of two requests in progress is answered", async () => {
    const { reports, heard, settle, answerAll } = controlPlane();
    for (const path of ["/a", "/b", "/c", "/d"]) {
      void reports.now(requested(path));
      await settle();
    }
    expect(heard).toEqual([["/a"], ["/b"]]);
    await answerAll();
    expect(heard).toEqual([["/a"], ["/b"], ["/c", "/d"]]);
  });

  it.each([403, 404])(
    "LINK-REPORTS-SINGLE: are sent one by one to a control plane that answers batches with %i",
    async (refusal) => {
      const { reports, heard, settle, answerAll } = controlPlane({ refusal });
      const answers = [reports.now(requested("/a")), reports.now(requested("/b"))];
      await settle();
      await answerAll();
      expect(heard).toEqual([["/a", "/b"], ["/a"], ["/b"]]);
      await answerAll();
      expect(await Promise.all(answers.map(code))).toEqual([200, 200]);
      void reports.now(requested("/c"));
      void reports.now(requested("/d"));
      await settle();
      expect(heard.slice(3)).toEqual([["/c"], ["/d"]]);
    },
  );

  it("LINK-REPORTS-SINGLE: are sent one by one after a batch is refused, and later batched again", async () => {
    const { reports, heard, settle, answerAll } = controlPlane({ refusal: 413 });
    const answers = [reports.now(requested("/a")), reports.now(requested("/b"))];
    await settle();
    await answerAll();
    await answerAll();
    expect(await Promise.all(answers.map(code))).toEqual([200, 200]);
    void reports.now(requested("/c"));
    void reports.now(requested("/d"));
    await settle();
    expect(heard.slice(3)).toEqual([["/c", "/d"]]);
  });

  it("are repeated if unanswered", async () => {
    const { reports, settle, answerAll } = controlPlane({ answersTo: 1 });
    const answers = [reports.now(requested("/a")), reports.now(requested("/b"))];
    const outcomes = Promise.allSettled(answers);
    await settle();
    await answerAll();
    expect(await outcomes).toMatchObject([{ value: { code: 200 } }, { status: "rejected" }]);
  });

  it("all fail if the request fails", async () => {
    const reports = new Reports("n", () => Promise.reject(new Error("no way there")));
    const answers = [reports.now(requested("/a")), reports.now(requested("/b"))].map((answer) =>
      answer.catch(({ message }: Error) => message),
    );
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(answers)).toEqual(["no way there", "no way there"]);
  });
});
