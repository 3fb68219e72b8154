import { describe, expect, it, test } from "vitest";
import { bootstrapTokenSecret, joinCommand, newBootstrapToken } from "./bootstrap-token.ts";

test("a token has kubeadm's format, and is drawn without bias", () => {
  // 252 to 255 would make the first four letters more likely than the others.
  const bytes = [255, 0, 252, 251, 35, 36, ...Array.from({ length: 30 }, () => 10)];
  const { id, secret } = newBootstrapToken((byte) => byte.set([bytes.shift() ?? 0]));
  expect([id, secret]).toEqual(["a99akk", "k".repeat(16)]);
});

test("a token that never expires has no expiration, but both usages", () => {
  const token = { id: "abcdef", secret: "0123456789abcdef" };
  const { metadata, stringData } = bootstrapTokenSecret(token, {});
  expect(metadata).toEqual({ name: "bootstrap-token-abcdef", namespace: "kube-system" });
  expect(stringData).toEqual({
    "token-id": "abcdef",
    "token-secret": "0123456789abcdef",
    "usage-bootstrap-authentication": "true",
    "usage-bootstrap-signing": "true",
    "auth-extra-groups": "system:bootstrappers:sailplane:default-node-token",
  });
  expect(bootstrapTokenSecret(token, { expires: Date.UTC(2026, 0, 1), description: "x" }).stringData).toMatchObject({
    expiration: "2026-01-01T00:00:00Z",
    description: "x",
  });
});

describe("NODE-PROGRAM: the join command", () => {
  const token = { id: "abcdef", secret: "0123456789abcdef" };
  const join = "join https://plane --token abcdef.0123456789abcdef";

  it("relies on a publicly trusted certificate", () =>
    expect(joinCommand("https://plane", token, undefined)).toBe(
      `curl -fsS https://plane/sailplane/node.sh | sh -s -- ${join}`,
    ));

  it("verifies the script of a control plane with its own CA before running it", () =>
    expect(joinCommand("https://plane", token, { pin: "sha256:00", script: "abc" })).toBe(
      "curl -fsSk https://plane/sailplane/node.sh -o sailplane-node.sh && " +
        "echo 'abc  sailplane-node.sh' | (sha256sum -c || shasum -a 256 -c) && " +
        `sh sailplane-node.sh ${join} --ca-cert-hash sha256:00`,
    ));

  it("uses npx if an older control plane serves no script", () =>
    expect(joinCommand("https://plane", token, { pin: "sha256:00", script: undefined })).toBe(
      `npx sailplane ${join} --ca-cert-hash sha256:00`,
    ));
});
