import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createAuthority, createServingCertificate } from "../control-plane/certificates.ts";
import { exchangeTokenPatiently } from "./exchange-token.ts";

const authority = createAuthority(new Date());
const serving = createServingCertificate(authority.key, [{ type: "ip", value: "127.0.0.1" }], new Date());

/** The statuses of the next answers; 0 breaks the connection. After them, 200. */
let statuses: number[];
let reported: string[] = [];

const plane = createServer({ cert: serving.certificate, key: serving.key }, (_, response) => {
  const status = statuses.shift() ?? 200;
  if (status === 0) response.destroy();
  else response.writeHead(status).end(JSON.stringify(status === 200 ? { token: "of-n1" } : { message: "no" }));
});

afterEach(() => {
  plane.close();
  reported = [];
});

async function exchange(signal = new AbortController().signal) {
  await new Promise<void>((resolve) => plane.listen(0, "127.0.0.1", resolve));
  const server = `https://127.0.0.1:${(plane.address() as AddressInfo).port}`;
  const report = (problem: string) => void reported.push(problem);
  return exchangeTokenPatiently({ server, ca: authority.certificate, token: "admin" }, "n1", { signal, report });
}

test("a node waits for a control plane that does not answer yet, and says so once", async () => {
  statuses = [0, 0];
  expect((await exchange()).token).toBe("of-n1");
  expect(reported).toEqual([expect.stringMatching(/^nothing answers at .*; asking again until it answers$/)]);
});

test("a node waits for a control plane that cannot answer yet", async () => {
  statuses = [503];
  expect((await exchange()).token).toBe("of-n1");
  expect(reported).toEqual([expect.stringMatching(/ answers 503: no; asking again until it answers$/)]);
});

test("a refusal ends the wait", async () => {
  statuses = [0, 403];
  await expect(exchange()).rejects.toThrow("refused n1: 403: no");
});

test("a stop ends the wait", async () => {
  statuses = Array(9).fill(0);
  await expect(exchange(AbortSignal.timeout(20))).rejects.toThrow("abort");
});
