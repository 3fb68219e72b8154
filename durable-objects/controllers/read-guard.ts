import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { EVERYTHING, type Snapshot } from "../../worker/controllers/controller.ts";

/** A snapshot that rejects reads a controller did not declare: it would never be notified of changes to what it read. */
export function guardReads(snapshot: Snapshot, reads: readonly GroupResource[], controller: string): Snapshot {
  const allowed = new Set(reads);
  const check = (resource: GroupResource) => {
    if (!allowed.has(resource) && !allowed.has(EVERYTHING))
      throw new Error(`${controller} reads ${resource} without declaring it`);
  };
  const whole = () => {
    if (!allowed.has(EVERYTHING)) throw new Error(`${controller} reads everything without declaring it`);
  };
  return {
    get: <T extends KubeObject>(resource: GroupResource, namespace: string, name: string) => {
      check(resource);
      return snapshot.get<T>(resource, namespace, name);
    },
    list: <T extends KubeObject>(resource: GroupResource, namespace?: string): readonly Stored<T>[] => {
      check(resource);
      return snapshot.list<T>(resource, namespace);
    },
    derived: <T extends KubeObject, V>(resource: GroupResource, of: (objects: readonly Stored<T>[]) => V): V => {
      check(resource);
      return snapshot.derived<T, V>(resource, of);
    },
    count: (resource) => {
      check(resource);
      return snapshot.count(resource);
    },
    ownedBy: <T extends KubeObject>(resource: GroupResource, uid: string) => {
      check(resource);
      return snapshot.ownedBy<T>(resource, uid);
    },
    orphans: <T extends KubeObject>(resource: GroupResource, namespace: string) => {
      check(resource);
      return snapshot.orphans<T>(resource, namespace);
    },
    labelled: <T extends KubeObject>(
      resource: GroupResource,
      namespace: string,
      labels: Readonly<Record<string, string>>,
    ) => {
      check(resource);
      return snapshot.labelled<T>(resource, namespace, labels);
    },
    podsOnNode: (nodeName: string) => {
      check("pods");
      return snapshot.podsOnNode(nodeName);
    },
    byUid: (uid) => {
      whole();
      return snapshot.byUid(uid);
    },
    deletedOwner: (uid) => {
      whole();
      return snapshot.deletedOwner(uid);
    },
    dependentsOf: (uid) => {
      whole();
      return snapshot.dependentsOf(uid);
    },
    inNamespace: (namespace) => {
      whole();
      return snapshot.inNamespace(namespace);
    },
    resourceOf: (apiVersion, kind) => snapshot.resourceOf(apiVersion, kind),
    servedAs: (group, kind) => snapshot.servedAs(group, kind),
    isNamespaced: (resource) => snapshot.isNamespaced(resource),
  };
}
