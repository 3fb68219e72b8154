import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nextPage } from "./audit-pages.ts";
import type { Caller } from "./call-api.ts";
import { createAuthority, createServingCertificate } from "./control-plane/certificates.ts";

const authority = createAuthority(new Date());
const serving = createServingCertificate(authority.key, [{ type: "ip", value: "127.0.0.1" }], new Date());

let plane: Server;
let connection: Caller;
/** The statuses of the next answers; 0 breaks the connection. After them, 200. */
let statuses: number[];
let reported: string[];

beforeAll(async () => {
  plane = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    const status = statuses.shift() ?? 200;
    if (status === 0) response.destroy();
    else response.writeHead(status, { "Audit-Last": "8" }).end(status === 200 ? `${request.url}\n` : "no");
  });
  await new Promise<void>((resolve) => plane.listen(0, "127.0.0.1", resolve));
  connection = { server: `https://127.0.0.1:${(plane.address() as AddressInfo).port}`, ca: authority.certificate };
});
afterAll(() => plane.close());
beforeEach(() => {
  reported = [];
});

const next = () => nextPage(connection, "7", (problem) => reported.push(problem));

test("the next page of the audit log survives a control plane that is started again, and says so once", async () => {
  statuses = [0, 503];
  expect(await next()).toEqual({ lines: ["/sailplane/v1/audit?limit=1000&after=7"], last: "8" });
  expect(reported).toEqual([expect.stringMatching(/^nothing answers at .*; asking again until it answers$/)]);
});

test("a refusal ends it", async () => {
  statuses = [403];
  await expect(next()).rejects.toThrow("403: no");
  expect(reported).toEqual([]);
});
