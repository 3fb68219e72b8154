/** Writes the public address into Services of the control plane's own load balancer class. */
import { LOAD_BALANCER_CLASS } from "../../../api/public-host.ts";
import { defineController, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { publicAddress } from "./public-address.ts";

export const serviceAddressController = defineController({
  name: "service-lb-controller",
  reads: ["services"],
  writes: ["services"],
  itemsOf: ({ object }) => (object.spec.type === "LoadBalancer" ? [itemKey(object)] : []),
  reconcile(item, { snapshot, cluster }) {
    const { namespace, name } = splitItem(item);
    const service = snapshot.get("services", namespace, name);
    if (!service || service.metadata.deletionTimestamp) return settled;
    if (service.spec.type !== "LoadBalancer" || service.spec.loadBalancerClass !== LOAD_BALANCER_CLASS) return settled;
    const address = publicAddress(cluster, service.metadata);
    if (!address) return settled;
    const wanted = [address];
    if (same(service.status.loadBalancer?.ingress, wanted)) return settled;
    const object = { ...service, status: { ...service.status, loadBalancer: { ingress: wanted } } };
    return { effects: [{ op: "update", resource: "services", namespace, subresource: "status", object }] };
  },
});
