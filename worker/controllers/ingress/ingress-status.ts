/** Writes the public address into Ingresses that the control plane serves. */
import type { Ingress, IngressClass } from "../../../api/generated/networking.v1.ts";
import { INGRESS_CONTROLLER } from "../../../api/public-host.ts";
import { type Controller, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { publicAddress } from "./public-address.ts";

const INGRESSES = "ingresses.networking.k8s.io";
const CLASSES = "ingressclasses.networking.k8s.io";

export const ingressStatusController: Controller = {
  name: "ingress-status-controller",
  reads: [INGRESSES, CLASSES],
  writes: [INGRESSES],
  itemsOf({ resource, object, snapshot }) {
    if (resource === INGRESSES) return [itemKey(object)];
    return snapshot
      .list<Ingress>(INGRESSES)
      .filter(({ spec }) => spec.ingressClassName === object.metadata.name)
      .map(itemKey);
  },
  reconcile(item, { snapshot, cluster }) {
    const { namespace, name } = splitItem(item);
    const ingress = snapshot.get<Ingress>(INGRESSES, namespace, name);
    if (!ingress || ingress.metadata.deletionTimestamp) return settled;
    const servedBy = snapshot.get<IngressClass>(CLASSES, "", ingress.spec.ingressClassName ?? "")?.spec.controller;
    const address = servedBy === INGRESS_CONTROLLER ? publicAddress(cluster, ingress.metadata) : undefined;
    if (!address) return settled;
    const wanted = [address];
    if (same(ingress.status?.loadBalancer?.ingress, wanted)) return settled;
    const object = { ...ingress, status: { ...ingress.status, loadBalancer: { ingress: wanted } } };
    return { effects: [{ op: "update", resource: INGRESSES, namespace, subresource: "status", object }] };
  },
};
