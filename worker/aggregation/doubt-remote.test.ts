import { beforeEach, expect, it, vi } from "vitest";
import { badRequest, serviceUnavailable, timedOut } from "../../api/machinery/status.ts";
import { ApiError, PlainTextError } from "../api-error.ts";
import type { Env } from "../env.ts";
import { doubtRemote } from "./doubt-remote.ts";
import type { RemoteApi } from "./remote-apis.ts";

const remote = { group: "w.example.com", version: "v1", available: true } as RemoteApi;

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

/** What is requested of the control plane after a request to the server has failed so. */
async function requestsAfter(problem: unknown, about: RemoteApi, answers = false): Promise<string[]> {
  const requests: string[] = [];
  const body = JSON.stringify(serviceUnavailable("no answer"));
  const send: Env["API"]["send"] = async (batch) =>
    batch.requests.map(({ method, path, headers }) => {
      requests.push([method, path, headers["user-agent"]].filter(Boolean).join(" "));
      return { code: method === "GET" && !answers ? 503 : 200, body };
    });
  await doubtRemote({ env: { API: { send } } as Env, cluster: "default" }, about, problem);
  return requests;
}

const BOTH = [
  "GET /sailplane/v1/aggregated/w.example.com/v1",
  "PATCH /apis/apiregistration.k8s.io/v1/apiservices/v1.w.example.com/status kube-apiserver",
];

it.each<[string, unknown, RemoteApi, string[]]>([
  ["cannot be reached", new PlainTextError(503, "error trying to reach service"), remote, BOTH],
  ["does not answer in time", new ApiError(timedOut("late")), remote, BOTH],
  ["breaks off", new Error("broken"), remote, BOTH],
  ["was not asked: the request is refused here", new ApiError(badRequest("only WebSockets")), remote, []],
])("AGG-AVAILABLE: a request fails because the server %s", async (_, problem, about, expected) => {
  expect(await requestsAfter(problem, about)).toEqual(expected);
});

it("AGG-AVAILABLE: one that is known not to answer is asked by a request, once in 30 s, and reported if it does", async () => {
  const away = { ...remote, version: "v2", available: false };
  const [ask, report] = BOTH.map((each) => each.replace("/v1.w", "/v2.w").replace(/com\/v1$/, "com/v2"));
  const problem = new ApiError(serviceUnavailable("service unavailable"));
  expect(await requestsAfter(problem, away)).toEqual([ask]);
  expect(await requestsAfter(problem, away, true)).toEqual([]);
  vi.advanceTimersByTime(30_000);
  expect(await requestsAfter(problem, away, true)).toEqual([ask, report]);
});
