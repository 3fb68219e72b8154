import { expect, test } from "vitest";
import { renderWorkerdConfig } from "./workerd-config.ts";

const text = renderWorkerdConfig({
  manifest: {
    modules: ["index.js", "lazy.js"],
    compatibilityDate: "2026-10-20",
    compatibilityFlags: ["nodejs_compat"],
    durableObjects: [{ name: "CLUSTER_STORE", className: "ClusterStore" }],
    selfBindings: [{ name: "API", entrypoint: "OwnApi" }],
    assetsBinding: "ASSETS",
    vars: { GREETING: "hi" },
  },
  modulesPath: "../dist/worker",
  assetsPath: "/opt/dist/dashboard",
  address: "127.0.0.1:6443",
  certificateChain: "CHAIN\n",
  privateKey: "KEY\n",
  storagePath: "/data/storage",
  tunnelsPath: "/data/storage/Tunnel",
  pinnedCallsSocket: "/data/pinned-calls.sock",
  readinessSocket: "/data/readiness.sock",
  secrets: { SECRET: 'quote " backslash \\ ü\n' },
});

test("modules are embedded, the main one first", () => {
  expect(text).toContain(
    '[(name = "index.js", esModule = embed "../dist/worker/index.js"), (name = "lazy.js", esModule = embed "../dist/worker/lazy.js")]',
  );
});

test("a Durable Object's directory on disk is named after its class, and has SQL", () => {
  expect(text).toContain('[(className = "ClusterStore", uniqueKey = "ClusterStore", enableSql = true)]');
});

test("bindings come from wrangler.toml and the secrets", () => {
  expect(text).toContain('(name = "CLUSTER_STORE", durableObjectNamespace = "ClusterStore")');
  expect(text).toContain('(name = "API", service = (name = "sailplane", entrypoint = "OwnApi"))');
  expect(text).toContain('(name = "ASSETS", service = "assets")');
  expect(text).toContain('(name = "GREETING", text = "hi")');
});

test("text is escaped", () => {
  expect(text).toContain(String.raw`(name = "SECRET", text = "quote \" backslash \\ \xc3\xbc\n")`);
});
