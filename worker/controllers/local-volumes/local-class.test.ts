import { describe, expect, it } from "vitest";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { LOCAL_PROVISIONER } from "../../../api/node/local-volumes.ts";
import { CLASSES, node, ownClass, start } from "../../../test/fakes/controllers/controlled-local-volumes.ts";
import { localVolumeClass } from "./local-class.ts";

describe("the class of local volumes", () => {
  it("CTL-LOCAL-CLASS: exists, as the default, once a node provides such volumes, and is recreated", async () => {
    const at = start();
    at.cluster.put("nodes", node("plain", { keeps: false }));
    await at.settle();
    expect(at.cluster.list(CLASSES)).toEqual([]);
    at.cluster.put("nodes", node("a"));
    await at.settle();
    expect(at.cluster.get(CLASSES, "", "local")).toMatchObject({
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: LOCAL_PROVISIONER,
      volumeBindingMode: "WaitForFirstConsumer",
    });
    at.cluster.remove(CLASSES, "", "local");
    await at.settle();
    expect(at.cluster.get(CLASSES, "", "local")).toBeDefined();
  });

  it("CTL-LOCAL-CLASS: keeps edits", async () => {
    const at = start();
    at.cluster.put("nodes", node("a"));
    await at.settle();
    const mark = "storageclass.kubernetes.io/is-default-class";
    at.cluster.change<StorageClass>(CLASSES, "", "local", ({ metadata }) => {
      metadata.annotations = { [mark]: "false" };
    });
    at.cluster.put("nodes", node("b"));
    await at.settle();
    expect(at.cluster.get(CLASSES, "", "local")?.metadata.annotations).toEqual({ [mark]: "false" });
  });

  it("CTL-LOCAL-CLASS: does not replace another default class", async () => {
    const at = start();
    const mark = "storageclass.kubernetes.io/is-default-class";
    at.cluster.put(CLASSES, { ...ownClass("theirs"), metadata: { name: "theirs", annotations: { [mark]: "true" } } });
    at.cluster.put("nodes", node("a"));
    await at.settle();
    expect(at.cluster.get(CLASSES, "", "local")?.metadata.annotations).toEqual({ [mark]: "false" });
  });

  it("CTL-LOCAL-CLASS: is not created if the deployment disables it", () => {
    const { snapshot } = { snapshot: { get: () => undefined, list: () => [node("a")] } };
    const plan = (hasLocalClass: boolean) =>
      localVolumeClass.reconcile("local", { snapshot, cluster: { hasLocalClass } } as never).effects.length;
    expect([plan(false), plan(true)]).toEqual([0, 1]);
  });
});
