import { describe, expect, test } from "vitest";
import { DEFAULT_CLUSTER } from "../cluster.ts";
import type { Env } from "../env.ts";
import type { StoreClient } from "../storage/store-client.ts";
import { callClient } from "./call-client.ts";
import type { ClientResponse } from "./client-response.ts";
import type { PinnedCall } from "./pinned-call.ts";

/** Calls a webhook at `https://hook/a` that gives these answers, repeating the last one. */
async function call(answers: readonly (() => Response)[], milliseconds = 5000) {
  const seen: PinnedCall[] = [];
  const caller = {
    fetch: async (_: string, { body }: { body: string }) => {
      seen.push(JSON.parse(body));
      return answers[Math.min(seen.length, answers.length) - 1]?.();
    },
  };
  const env = { PINNED_CALLS: caller } as unknown as Env;
  const response = await callClient(
    { env, cluster: DEFAULT_CLUSTER, store: {} as StoreClient },
    { config: { url: "https://hook/a" }, milliseconds, body: "{}" },
  );
  return { response, seen };
}

const to = (status: number, location: string) => () =>
  new Response("moved", { status, headers: { Location: location } });
const busy = (status: number) => () => new Response("busy", { status, headers: { "Retry-After": "0" } });
const failed = (problem: string): ClientResponse => ({ ok: false, problem });
const fine = () => new Response("yes");
const timeout = "timeout=5s";

describe("HOOK-REDIRECT", () => {
  test.each([
    [307, "b", { method: "POST", url: "https://hook/b", body: "{}" }],
    [308, "https://other/b?c=d", { method: "POST", url: "https://other/b?c=d", body: "{}" }],
    [301, "/b", { method: "GET", url: "https://hook/b" }],
    [302, "/b", { method: "GET", url: "https://hook/b" }],
    [303, "/b", { method: "GET", url: "https://hook/b" }],
  ])("a %i redirect to %s is followed", async (status, location, expected) => {
    const { response, seen } = await call([to(status, location), fine]);
    expect(response).toEqual({ ok: true, text: "yes" });
    const [, { headers, authorities: _, ...second } = { headers: [] }] = seen;
    expect(second).toEqual(expected);
    expect(headers).toContainEqual(["Referer", `https://hook/a?${timeout}`]);
    expect(headers.some(([name]) => name === "Content-Type")).toBe(expected.method === "POST");
  });

  test.each([
    [to(307, "http://hook/b"), 'Post "http://hook/b": unsupported protocol scheme "http"'],
    [to(307, "/c"), 'Post "/c": stopped after 10 redirects'],
    [
      to(307, "/%zz"),
      `Post "https://hook/a?${timeout}": failed to parse Location header "/%zz": parse "/%zz": invalid URL escape "%zz"`,
    ],
  ])("a redirect is not followed: %#", async (answered, problem) => {
    expect((await call([answered])).response).toEqual(failed(problem));
  });

  test.each([
    ["a redirect", 307, { Location: "http://hook/b" }, 5000],
    ["a busy server's answer", 503, { "Retry-After": "60" }, 20],
  ])("the body of %s is not left unread", async (_, status, headers, milliseconds) => {
    let left = 0;
    const body = new ReadableStream({ start: () => void left++, cancel: () => void left-- });
    await call([() => new Response(body, { status, headers })], milliseconds);
    expect(left).toBe(0);
  });

  test("a redirect without a Location is an ordinary response", async () => {
    expect((await call([() => new Response("", { status: 307 })])).response).toMatchObject({ ok: false });
  });
});

describe("HOOK-BUSY", () => {
  test.each([429, 500, 503])("a server that answers %i with a Retry-After is called again", async (status) => {
    const { response, seen } = await call([busy(status), to(307, "/b"), busy(status), fine]);
    expect(response).toEqual({ ok: true, text: "yes" });
    expect(seen.map(({ url }) => new URL(url).pathname)).toEqual(["/a", "/a", "/b", "/a"]);
  });

  test("is called at most eleven times", async () => {
    const { response, seen } = await call([busy(429)]);
    expect(response).toEqual(failed("the server has received too many requests and has asked us to try again later"));
    expect(seen).toHaveLength(11);
  });

  test("is called again only within the deadline", async () => {
    const later = () => new Response("busy", { status: 503, headers: { "Retry-After": "60" } });
    expect((await call([later], 50)).response).toEqual(
      failed('Post "https://hook/a?timeout=1s": context deadline exceeded'),
    );
  });
});

test("HOOK-EXTERNAL: a Service of type ExternalName is called at that name, with a certificate for its own", async () => {
  const seen: PinnedCall[] = [];
  const fetched = async (_: string, { body }: { body: string }) => {
    seen.push(JSON.parse(body));
    return fine();
  };
  const text = JSON.stringify({ spec: { type: "ExternalName", externalName: "hooks.example.com" } });
  const store = {
    read: async () => ({ entry: { text } }),
    selected: async () => [],
    asItself: () => store,
  } as unknown as StoreClient;
  const call = (env: object) =>
    callClient(
      { env: env as Env, cluster: DEFAULT_CLUSTER, store },
      {
        config: { service: { namespace: "ns", name: "hook", path: "/a", port: 8443 } },
        milliseconds: 5000,
        body: "{}",
      },
    );
  expect(await call({ PINNED_CALLS: { fetch: fetched } })).toEqual({ ok: true, text: "yes" });
  const [made] = seen;
  expect(made).toMatchObject({ url: `https://hooks.example.com:8443/a?${timeout}`, serverName: "hook.ns.svc" });
  expect(made?.headers).toContainEqual(["Host", "hook.ns.svc:8443"]);
  expect(await call({})).toEqual(
    failed(
      `Post "https://hook.ns.svc:8443/a?${timeout}": this control plane cannot call the external name of a service`,
    ),
  );
});

test("HOOK-OWN-API: a webhook of the API's own Service is called at the API, by the control plane itself", async () => {
  const seen: Request[] = [];
  const fetched = async (url: string, init: RequestInit) => {
    seen.push(new Request(url, init));
    return fine();
  };
  const store = { read: async () => ({}), selected: async () => [], asItself: () => store } as unknown as StoreClient;
  const callAt = (path: string) =>
    callClient(
      { env: { API: { fetch: fetched } } as unknown as Env, cluster: DEFAULT_CLUSTER, store },
      { config: { service: { namespace: "default", name: "kubernetes", path } }, milliseconds: 5000, body: "{}" },
    );
  expect(await callAt("/apis/hooks.example.com/v1/checks")).toEqual({ ok: true, text: "yes" });
  expect(new URL(seen[0]?.url ?? "").pathname).toMatch(/\/apis\/hooks\.example\.com\/v1\/checks$/);
  expect([seen[0]?.method, await seen[0]?.text()]).toEqual(["POST", "{}"]);
  for (const path of ["/sailplane/v1/store/rewind", "/apis/../sailplane/v1/join", "/clusters/other/apis/g/v1"])
    expect(await callAt(path)).toMatchObject({ ok: false });
  expect(seen).toHaveLength(1);
});
