import { Duplex } from "node:stream";
import { afterEach, expect, it, vi } from "vitest";
import { secured } from "./http.ts";

afterEach(() => void vi.useRealTimers());

it("TUNNEL-TLS: a server that says nothing for 10 s is given up, as by Go", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const silent = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const failure = secured(silent, { serverName: "p" }).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([await failure, silent.destroyed]).toEqual(["net/http: TLS handshake timeout", true]);
});
