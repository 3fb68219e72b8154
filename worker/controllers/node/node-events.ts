/** Events about nodes that are added and removed. */
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { defineController, type EventRecord, type Plan, settled } from "../controller.ts";
import { timeOf } from "../time.ts";

/** Older nodes have been reported already: this control plane may have just woken (it sleeps after 10 s). */
const NEW_MS = 10_000;

/** What happened to the node is part of the item key, because the snapshot only shows the present. */
export const nodeEventsController = defineController({
  name: "node-controller",
  reads: ["nodes"],
  writes: [],
  itemsOf({ object, previous, deleted }) {
    const { name, uid } = object.metadata;
    if (deleted) return [`removed ${name} ${uid}`];
    return previous ? [] : [`registered ${name} ${uid}`];
  },
  reconcile(item, { snapshot, now }) {
    const [what, name = "", uid = ""] = item.split(" ");
    const node = snapshot.get("nodes", "", name);
    const about = node?.metadata.uid === uid ? node : deletedNode(name, uid);
    switch (what) {
      case "removed":
        return planEvent(about, "RemovingNode", `Node ${name} event: Removing Node ${name} from Controller`);
      default:
        return (timeOf(about.metadata.creationTimestamp) ?? 0) + NEW_MS > now
          ? planEvent(about, "RegisteredNode", `Node ${name} event: Registered Node ${name} in Controller`)
          : settled;
    }
  },
});

const planEvent = (about: Stored<KubeObject>, reason: string, message: string): Plan => {
  const event: EventRecord = { about, type: "Normal", reason, message };
  return { effects: [], events: [event] };
};

const deletedNode = (name: string, uid: string): Stored<KubeObject> => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid, resourceVersion: "", creationTimestamp: "" },
});
