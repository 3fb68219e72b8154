/** Webhooks that pods serve. */
import { describe, expect, test } from "vitest";
import { callApi } from "../../rig/api-call.ts";
import { base64, type HookedCluster, inCluster, stranger } from "./hooked-cluster.ts";

export function serviceWebhooks(hooked: () => HookedCluster): void {
  describe("HOOK-SERVICE: a webhook behind a Service", () => {
    test("changes objects, warns, and receives Kubernetes' reviews", async () => {
      await hooked().configure({ name: "change", clientConfig: inCluster("/mutate"), rule: {} });
      const { stderr } = await hooked().create("change");
      expect(stderr).toContain("Warning: changed for you");
      expect(await hooked().dataOf("change", "mutated")).toBe("by change");
      const { text } = await callApi(
        hooked().cluster,
        "/api/v1/namespaces/default/services/https:hooks:web/proxy/asked",
      );
      expect(JSON.parse(text).find(({ name }: { name?: string }) => name === "change")).toMatchObject({
        path: "/mutate?timeout=10s",
        kind: { group: "", version: "v1", kind: "ConfigMap" },
        requestKind: { group: "", version: "v1", kind: "ConfigMap" },
        namespace: "default",
        operation: "CREATE",
        userInfo: { username: "admin" },
        oldObject: null,
        dryRun: false,
        options: { kind: "CreateOptions", fieldManager: "kubectl-create", fieldValidation: "Strict" },
      });
    });

    test("is called again if another webhook changed the object after it", async () => {
      const more = { reinvocationPolicy: "IfNeeded", objectSelector: { matchLabels: { hook: "twice" } } };
      await hooked().configure({ name: "a-first", clientConfig: inCluster("/count"), rule: {}, more });
      await hooked().configure({
        name: "b-second",
        clientConfig: inCluster("/mutate"),
        rule: {},
        more: { objectSelector: { matchLabels: { hook: "twice" } } },
      });
      expect((await hooked().create("twice")).code).toBe(0);
      expect(await hooked().dataOf("twice", "seen")).toBe("2");
    });

    test("ADM-CONNECT: refuses creates, and connections to a pod", async () => {
      await hooked().configure({ name: "refuse", kind: "Validating", clientConfig: inCluster("/deny"), rule: {} });
      expect((await hooked().create("refuse")).stderr).toContain(
        'admission webhook "refuse.example.com" denied the request: no CREATE  ConfigMap',
      );
      const connect = { operations: ["CONNECT"], resources: ["pods/exec", "pods/attach"] };
      const more = { objectSelector: {}, namespaceSelector: {} };
      await hooked().configure({
        name: "connect",
        kind: "Validating",
        clientConfig: inCluster("/deny"),
        rule: connect,
        more,
      });
      const { stderr } = await hooked().cluster.kubectl("exec hooks -- true");
      expect(stderr).toContain("denied the request: no CONNECT exec PodExecOptions");
      await hooked().cluster.output("delete validatingwebhookconfiguration connect");
    });

    test("HOOK-CA: with a certificate of another authority is not called", async () => {
      await hooked().configure({
        name: "stranger",
        clientConfig: inCluster("/mutate", base64(stranger.certificate)),
        rule: {},
      });
      expect((await hooked().create("stranger")).stderr).toMatch(
        /failed calling webhook "stranger.example.com": failed to call webhook: Post "https:\/\/hooks.default.svc:443\/mutate\?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority/,
      );
      await hooked().configure({
        name: "stranger",
        clientConfig: inCluster("/mutate", base64(stranger.certificate)),
        rule: {},
        more: { failurePolicy: "Ignore" },
      });
      expect((await hooked().create("stranger")).code).toBe(0);
      expect(await hooked().dataOf("stranger", "mutated")).toBe("");
    });

    test("HOOK-FAIL: that times out or does not exist follows its failure policy", async () => {
      await hooked().configure({
        name: "slow",
        clientConfig: inCluster("/slow"),
        rule: {},
        more: { timeoutSeconds: 1 },
      });
      expect((await hooked().create("slow")).stderr).toContain("context deadline exceeded");
      const nobody = { service: { name: "nobody", namespace: "default" } };
      await hooked().configure({ name: "nobody", clientConfig: nobody, rule: {} });
      expect((await hooked().create("nobody")).stderr).toContain(
        'Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found',
      );
    });
  });
}
