import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { readProxied } from "./proxied-kubeconfig.ts";

const cluster = (server: string, more: object = {}) => ({ server, "certificate-authority-data": "UEVN", ...more });
const config = (current: object) => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [
    { name: "other", cluster: cluster("https://other") },
    { name: "this", cluster: current },
  ],
  users: [{ name: "me", user: { exec: { command: "log-in" } } }],
  contexts: [
    { name: "there", context: { cluster: "other", user: "me" } },
    { name: "here", context: { cluster: "this", user: "me", namespace: "mine" } },
  ],
  "current-context": "here",
});

const directory = temporaryDirectory();
const fileOf = (content: unknown) => {
  const file = join(directory, "config");
  writeFileSync(file, typeof content === "string" ? content : stringify(content));
  return file;
};

describe("a kubeconfig for programs behind a proxy", () => {
  it("differs in the server of its current context only", () => {
    const { upstream, through } = readProxied(fileOf(config(cluster("https://plane/clusters/two/"))));
    expect(upstream).toEqual({ server: "https://plane/clusters/two", ca: "PEM" });
    const data = Buffer.from("CA").toString("base64");
    expect(parse(through({ server: "https://127.0.0.1:6444", ca: "CA" }))).toEqual(
      config({ server: "https://127.0.0.1:6444", "certificate-authority-data": data }),
    );
  });

  it("trusts the CA in a file beside it, or that of the machine", () => {
    writeFileSync(join(directory, "ca.crt"), "FILE");
    const read = (current: object) => readProxied(fileOf(config(current))).upstream.ca;
    expect(read({ server: "https://plane", "certificate-authority": "ca.crt" })).toBe("FILE");
    expect(read({ server: "https://plane" })).toBeUndefined();
  });

  it.each([
    ["is not YAML", "a: b: c", "is not a kubeconfig"],
    ["is something else", { clusters: [] }, "is not a kubeconfig"],
    ["has no current context", { ...config(cluster("https://x")), "current-context": "gone" }, "no current context"],
    ["is without TLS", config(cluster("http://plane")), "which is not https://"],
    [
      "does not verify",
      config(cluster("https://x", { "insecure-skip-tls-verify": true })),
      "does not support insecure",
    ],
    ["names a proxy", config(cluster("https://x", { "proxy-url": "http://p" })), "does not support proxy-url"],
  ])("is refused if the one that it is made from %s", (_, content, message) => {
    expect(() => readProxied(fileOf(content))).toThrow(message);
  });

  it("is refused if there is none", () => {
    expect(() => readProxied(join(directory, "none"))).toThrow("no such file");
  });
});
