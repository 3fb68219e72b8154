import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CertificateKeeper } from "./certificate-keeper.ts";
import type { ServerCertificate } from "./server-certificate.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

function keeping(fetch: () => Promise<ServerCertificate>) {
  const used: string[] = [];
  const warned: string[] = [];
  const log = { info: () => {}, warn: (message: string) => void warned.push(message) };
  const keeper = new CertificateKeeper({ fetch, use: ({ cert }) => void used.push(cert), log });
  return { keeper, used, warned };
}

const certificate = (cert: string): ServerCertificate => ({ key: "k", cert, renewAt: Date.now() + 15 * DAY_MS });

it("a certificate is requested again until there is one, and another one when half of its life is over", async () => {
  let asked = 0;
  const { keeper, used, warned } = keeping(async () => {
    asked++;
    if (asked < 3) throw new Error("away");
    return certificate(`c${asked}`);
  });
  keeper.renew();
  await vi.advanceTimersByTimeAsync(2000);
  expect([asked, used, warned]).toEqual([3, ["c3"], ["away"]]);
  await vi.advanceTimersByTimeAsync(15 * DAY_MS);
  expect(used).toEqual(["c3", "c4"]);
  keeper.close();
  await vi.advanceTimersByTimeAsync(30 * DAY_MS);
  expect(asked).toBe(4);
});

it("of two requests only the later one counts", async () => {
  const answers: ((certificate: ServerCertificate) => void)[] = [];
  const { keeper, used } = keeping(() => new Promise((resolve) => answers.push(resolve)));
  keeper.renew();
  keeper.renew();
  answers[1]?.(certificate("new"));
  answers[0]?.(certificate("old"));
  await vi.advanceTimersByTimeAsync(0);
  expect([used, vi.getTimerCount()]).toEqual([["new"], 1]);
  keeper.close();
});
