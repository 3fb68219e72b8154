/** What HTTP probes make of answers, against a server that gives them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Probe } from "../../api/generated/core.v1.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { getHttp, runProbe } from "./probe.ts";

const BODY = '<a href="http://0.0.0.0/">Found</a>.';
let server: Server;
let port = 0;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const { searchParams, pathname } = new URL(url, "http://x");
    const [, code = "200"] = pathname.split("/");
    const location = pathname.endsWith("/again") ? url : searchParams.get("to");
    response.writeHead(Number(code), location === null ? {} : { Location: location }).end(BODY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const probe = (path: string) => {
  asked = [];
  return getHttp({ path, port }, "127.0.0.1", { port, seconds: 5, agent: "test" });
};

describe("an HTTP probe", () => {
  it.each([
    ["succeeds with 200", "/200", { ok: true, output: BODY }],
    ["fails with 404", "/404", { ok: false, output: "HTTP probe failed with statuscode: 404" }],
    [
      "follows a redirect to the same host",
      "/302?to=/500",
      { ok: false, output: "HTTP probe failed with statuscode: 500" },
    ],
    [
      "succeeds with a warning where it is sent to another host",
      "/302?to=http://0.0.0.0/",
      { ok: true, warning: true, output: `Probe terminated redirects, Response body: ${BODY}` },
    ],
    [
      "does not know where to go without a Location",
      "/301",
      { ok: true, warning: true, output: `Probe terminated redirects, Response body: ${BODY}` },
    ],
    [
      "fails where it is sent nowhere",
      "/302?to=http://[",
      { ok: false, output: expect.stringContaining('failed to parse Location header "http://["') },
    ],
    [
      "fails where it is sent to what it does not speak",
      "/302?to=ftp://127.0.0.1/",
      { ok: false, answered: false, output: expect.stringContaining('Protocol "ftp:" not supported') },
    ],
  ])("%s", async (_, path, expected) => {
    expect(await probe(path)).toEqual({ answered: true, ...expected });
  });

  it("gives up after ten requests", async () => {
    const outcome = await probe("/302/again");
    expect(outcome).toMatchObject({ ok: false, output: expect.stringMatching(/: stopped after 10 redirects$/) });
    expect(asked).toHaveLength(10);
  });
});

const target = {
  container: { name: "c" },
  containerId: "c",
  podIP: "127.0.0.1",
  runtime: {} as Runtime,
};
it.each<[Probe]>([
  [{ httpGet: { port: 1, host: "a b[" } }],
  [{ httpGet: { port: 70_000 } }],
  [{ httpGet: { port: 1, httpHeaders: [{ name: "a b", value: "x" }] } }],
  [{ httpGet: { port: 1, httpHeaders: [{ name: "X", value: "x\ny" }] } }],
  [{ tcpSocket: { port: 70_000 } }],
  [{ tcpSocket: { port: 1, host: "\0" } }],
])("%j cannot be made, and is answered all the same", async (probe) => {
  expect(await runProbe(probe, target)).toMatchObject({ ok: false, output: expect.stringMatching(/./) });
});
