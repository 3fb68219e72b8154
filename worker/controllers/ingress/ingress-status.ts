/** Writes the public address into Ingresses that the control plane serves. */
import { INGRESS_CONTROLLER } from "../../../api/public-host.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { publicAddress } from "./public-address.ts";

const INGRESSES = "ingresses.networking.k8s.io";
const CLASSES = "ingressclasses.networking.k8s.io";

export const ingressStatusController = defineController({
  name: "ingress-status-controller",
  reads: [INGRESSES, CLASSES],
  writes: [INGRESSES],
  itemsOf({ resource, object, snapshot }) {
    if (resource === INGRESSES) return [itemKey(object)];
    return snapshot
      .list(INGRESSES)
      .filter(({ spec }) => spec.ingressClassName === object.metadata.name)
      .map(itemKey);
  },
  reconcile(item, { snapshot, cluster }) {
    const { namespace, name } = splitItem(item);
    const ingress = snapshot.get(INGRESSES, namespace, name);
    if (!ingress || ingress.metadata.deletionTimestamp) return settled;
    const servedBy = snapshot.get(CLASSES, "", ingress.spec.ingressClassName ?? "")?.spec.controller;
    const address = servedBy === INGRESS_CONTROLLER ? publicAddress(cluster, ingress.metadata) : undefined;
    if (!address) return settled;
    const wanted = [address];
    if (same(ingress.status?.loadBalancer?.ingress, wanted)) return settled;
    const object = { ...ingress, status: { ...ingress.status, loadBalancer: { ingress: wanted } } };
    return { effects: [{ op: "update", resource: INGRESSES, namespace, subresource: "status", object }] };
  },
});
