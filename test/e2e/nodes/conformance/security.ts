/** The users and privileges that containers run with, and the tokens that they are given. */
import { expect } from "vitest";
import type { Pod } from "../../../../api/generated/core.v1.ts";
import type { ObjectMeta } from "../../../../api/generated/meta.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isRunning, script } from "./test-namespace.ts";

const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

interface TokenReview {
  readonly metadata: ObjectMeta;
  readonly status: {
    readonly authenticated?: boolean;
    readonly error?: string;
    readonly user: { readonly username: string; readonly groups: string[]; readonly extra: Record<string, string[]> };
  };
}

export const security: readonly Behaviour[] = [
  behaviour("Security Context, allowPrivilegeEscalation=false.", async (ns) => {
    const securityContext = { allowPrivilegeEscalation: false, runAsUser: 1000 };
    const container = { ...script("id -u; grep NoNewPrivs /proc/self/status"), securityContext };
    expect(await ns.output({ name: "p", containers: [container] })).toMatch(/^1000\nNoNewPrivs:\s+1\n$/);
  }),
  behaviour("Security Context, privileged=false.", async (ns) => {
    const container = { ...script("ip link add dummy0 type veth || true"), securityContext: { privileged: false } };
    expect(await ns.output({ name: "p", containers: [container] })).toContain("Operation not permitted");
  }),
  behaviour("Security Context, readOnlyRootFilesystem=false.", async (ns) => {
    const container = {
      ...script("echo test > /file && cat /file"),
      securityContext: { readOnlyRootFilesystem: false },
    };
    expect(await ns.output({ name: "p", containers: [container] })).toBe("test\n");
  }),
  behaviour("Kubelet, pod with read only root file system", async (ns) => {
    const container = { ...script("echo test > /file"), securityContext: { readOnlyRootFilesystem: true } };
    expect(await ns.output({ name: "p", containers: [container] }, "Failed")).toBe(
      "/bin/sh: can't create /file: Read-only file system\n",
    );
  }),
  behaviour("Security Context, test RunAsGroup at container level", async (ns) => {
    const securityContext = { runAsUser: 1001, runAsGroup: 2002 };
    expect(await ns.output({ name: "p", containers: [{ ...script("id"), securityContext }] })).toBe(
      "uid=1001 gid=2002 groups=2002\n",
    );
  }),
  behaviour("Security Context, test RunAsGroup at pod level", async (ns) => {
    const securityContext = { runAsUser: 1001, runAsGroup: 2002 };
    expect(await ns.output({ name: "p", containers: [script("id")], securityContext })).toBe(
      "uid=1001 gid=2002 groups=2002\n",
    );
  }),
  behaviour("Sysctl, test sysctls", async (ns) => {
    const securityContext = { sysctls: [{ name: "kernel.shm_rmid_forced", value: "1" }] };
    const containers = [script("sysctl kernel.shm_rmid_forced")];
    expect(await ns.output({ name: "p", containers, securityContext })).toBe("kernel.shm_rmid_forced = 1\n");
  }),
  behaviour("Service Account Tokens Must AutoMount", async (ns, { kubectl }) => {
    await ns.create("serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mount-test" } });
    await ns.createPod({ name: "p", serviceAccountName: "mount-test", containers: [script("sleep 100000")] });
    const pod = await ns.until<Pod>("pods", "p", isRunning);
    const read = (file: string) => ns.exec("p", `cat ${MOUNT}/${file}`);
    const [token, ca, namespace] = await Promise.all([read("token"), read("ca.crt"), read("namespace")]);
    const root = await ns.get<{ metadata: ObjectMeta; data: Record<string, string> }>("configmaps", "kube-root-ca.crt");
    expect([ca, namespace]).toEqual([root.data["ca.crt"], ns.name]);
    const { text } = await ns.client.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } },
    });
    const { status } = JSON.parse(text) as TokenReview;
    const nodeName = pod.spec.nodeName ?? "";
    const nodeUid = await kubectl(["get", "node", nodeName, "-o", "jsonpath={.metadata.uid}"]);
    expect(status).toMatchObject({
      authenticated: true,
      user: {
        username: `system:serviceaccount:${ns.name}:mount-test`,
        groups: expect.arrayContaining([
          "system:authenticated",
          "system:serviceaccounts",
          `system:serviceaccounts:${ns.name}`,
        ]),
        extra: {
          "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^JTI=/)],
          "authentication.kubernetes.io/pod-name": ["p"],
          "authentication.kubernetes.io/pod-uid": [pod.metadata.uid],
          "authentication.kubernetes.io/node-name": [nodeName],
          "authentication.kubernetes.io/node-uid": [nodeUid],
        },
      },
    });
    expect(status.error ?? "").toBe("");
  }),
  behaviour("TokenRequestProjection should mount a projected volume with token using TokenRequest API.", async (ns) => {
    const sources = [{ serviceAccountToken: { path: "token", expirationSeconds: 3600 } }];
    const volumeMounts = [{ name: "v", mountPath: "/test-volume", readOnly: true }];
    const containers = [
      { ...script("stat -c %A $(readlink -f /test-volume/token); cat /test-volume/token"), volumeMounts },
    ];
    const plan = { name: "p", containers, volumes: [{ name: "v", projected: { sources } }] };
    expect(await ns.output(plan)).toMatch(/^-rw-r--r--\n[\w-]+\.[\w-]+\.[\w-]+$/);
  }),
];
