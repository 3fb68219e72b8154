import { expect, it } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { rollBackPatch } from "../actions/roll-back-patch.ts";
import type { Kind } from "../api/kind.ts";
import { revisionSourceOf } from "./revision-source.ts";
import { imagesOf, type Revision, revisionsOf } from "./revisions.ts";

const kindOf = (plural: string) => ({ group: "apps", plural }) as Kind;
const made = { creationTimestamp: "2026-11-29T10:00:00Z", ownerReferences: [{ uid: "web" }] };
const containers = [{ name: "c", image: "nginx:2" }];

function revisions(plural: string, objects: readonly object[]): Revision[] {
  const source = revisionSourceOf(kindOf(plural));
  if (!source) throw new Error(`${plural} have no revisions`);
  return revisionsOf("web", objects as Stored<KubeObject>[], source.revisionOf);
}

const replicaSet = (revision: string, annotations: Record<string, string> = {}) => ({
  metadata: { ...made, annotations: { "deployment.kubernetes.io/revision": revision, ...annotations } },
  spec: { template: { metadata: { labels: { app: "web", "pod-template-hash": "7d9" } }, spec: { containers } } },
});

it("a Deployment's revisions are its ReplicaSets, the newest first, without pod-template-hash", () => {
  const strange = { ...replicaSet("11"), metadata: { ...made, ownerReferences: [{ uid: "other" }] } };
  const found = revisions("deployments", [replicaSet("9"), strange, replicaSet("10")]);
  expect(found.map(({ number }) => number)).toEqual([10, 9]);
  expect(found[0]?.template.metadata?.labels).toEqual({ app: "web" });
  expect(found.map(imagesOf)).toEqual(["nginx:2", "nginx:2"]);
});

it.each(["statefulsets", "daemonsets"])("revisions of %s are ControllerRevisions, which hold patches", (plural) => {
  const template = { $patch: "replace", metadata: { labels: { app: "web" } }, spec: { containers } };
  const [found] = revisions(plural, [{ metadata: made, revision: 3, data: { spec: { template } } }]);
  expect(found).toMatchObject({ number: 3, template: { metadata: { labels: { app: "web" } } } });
  expect(found?.template).not.toHaveProperty("$patch");
  expect(found && rollBackPatch(kindOf(plural), {}, found)).toHaveLength(1);
});

it("a rollback restores the revision's change-cause, and keeps the Deployment's own annotations", () => {
  const [revision] = revisions("deployments", [
    replicaSet("1", { "kubernetes.io/change-cause": "first", "deployment.kubernetes.io/desired-replicas": "7" }),
  ]);
  const now = {
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    "deployment.kubernetes.io/revision": "2",
    "kubernetes.io/change-cause": "second",
  };
  expect(revision && rollBackPatch(kindOf("deployments"), now, revision)).toMatchObject([
    { op: "replace", path: "/spec/template" },
    {
      op: "add",
      path: "/metadata/annotations",
      value: {
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "deployment.kubernetes.io/revision": "2",
        "kubernetes.io/change-cause": "first",
      },
    },
  ]);
  expect(revision && Object.keys(rollBackPatch(kindOf("deployments"), undefined, revision))).toHaveLength(2);
});
