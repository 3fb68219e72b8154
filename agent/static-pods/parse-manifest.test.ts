import { describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { isCritical } from "../pressure/choose-victim.ts";
import { HASH, isMirror, isStatic, mirrorOf, mirrors, SOURCE } from "./mirror.ts";
import { parseManifest } from "./parse-manifest.ts";

const place = { nodeName: "n1", file: "web.yaml", now: 0 };
const manifest = (image: string) => `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: c, image: "${image}"}]
`;

function podOf(text: string): Pod {
  const parsed = parseManifest(text, place);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.pod;
}

describe("AGENT-STATIC: a manifest", () => {
  it("becomes a pod named after the node, with Kubernetes' defaults", () => {
    const pod = podOf(manifest("i:1"));
    expect(pod.metadata).toMatchObject({ name: "web-n1", namespace: "default", labels: { app: "web" } });
    expect(pod.spec).toMatchObject({ nodeName: "n1", restartPolicy: "Always", terminationGracePeriodSeconds: 30 });
    expect(pod.spec.containers[0]).toMatchObject({ imagePullPolicy: "IfNotPresent" });
  });

  it("may have fields without values, which are as if they were not there", () => {
    const text = `${manifest("i:1")}    resources:
    livenessProbe:
    env:
    - name: A
      valueFrom:
  volumes:
`.replace('[{name: c, image: "i:1"}]', '\n  - name: c\n    image: "i:1"');
    expect(podOf(text).spec).toEqual({
      ...podOf(manifest("i:1")).spec,
      containers: [{ ...podOf(manifest("i:1")).spec.containers[0], env: [{ name: "A" }] }],
    });
  });

  it("cannot be faked by a pod of the API", () => {
    const uid = "6f8e2a4c-0f8b-4f0e-9c5a-0d8f5d1c2b3a";
    const pretends: Pod = {
      metadata: { name: "p", uid, annotations: { [SOURCE]: "file", [HASH]: uid } },
      spec: { containers: [{ name: "c" }] },
      status: {},
    };
    expect([isStatic(pretends), isCritical(pretends)]).toEqual([false, false]);
    expect([isStatic(podOf(manifest("i:1"))), isCritical(podOf(manifest("i:1")))]).toEqual([true, true]);
  });

  it("keeps its uid while its content is equal", () => {
    expect(podOf(manifest("i:1")).metadata.uid).toBe(podOf(`${manifest("i:1")}# a word\n`).metadata.uid);
    expect(podOf(manifest("i:1")).metadata.uid).not.toBe(podOf(manifest("i:2")).metadata.uid);
  });

  it.each([
    ["kind: ConfigMap\napiVersion: v1\n", "it is not a v1 Pod"],
    ["x: [", /^yaml: /],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "it has no name, or no containers"],
    [manifest("i:1").replace("name: c", "name: C_"), /spec\.containers\[0\]\.name/],
  ])("that is invalid is refused with the reason (%#)", (text, why) => {
    const parsed = parseManifest(text, place);
    expect(parsed.ok ? "" : parsed.message).toMatch(why);
  });
});

describe("AGENT-STATIC-MIRROR: a mirror pod", () => {
  const pod = podOf(manifest("i:1"));
  const mirror = mirrorOf(pod, { metadata: { name: "n1", uid: "node-uid" }, spec: {}, status: {} });

  it("is owned by the Node, and has a uid other than the static pod's", () => {
    expect(isMirror(mirror)).toBe(true);
    expect(mirror.metadata.uid).toBeUndefined();
    expect(mirror.metadata.ownerReferences).toEqual([
      { apiVersion: "v1", kind: "Node", name: "n1", uid: "node-uid", controller: true },
    ]);
  });

  it("matches only a static pod of the same content", () => {
    expect(mirrors(mirror, pod)).toBe(true);
    expect(mirrors(mirror, podOf(manifest("i:2")))).toBe(false);
  });
});
