import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { fetchAuthority } from "./fetch-authority.ts";

afterEach(() => void vi.unstubAllEnvs());

test("a server behind a proxy that does not answer is given up", async () => {
  const proxy = createServer((socket) => socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\n")));
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const fetched = fetchAuthority("https://example.test:6443", `sha256:${"0".repeat(64)}`, 50);
  await expect(fetched).rejects.toThrow("no answer within 0.05 s");
  proxy.close();
});
