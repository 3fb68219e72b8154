/** The addresses of a Service of type LoadBalancer; while there are none, why. */
import type { Event, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { type Happening, happeningOf, newestFirst } from "../../summaries/events-of.ts";
import { pendingReason } from "./load-balancer-pending.ts";

export function LoadBalancerAddress({ service }: { readonly service: Service }) {
  const addresses = (service.status.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => hostname ?? ip);
  return addresses.length > 0 ? <dd>{addresses.join(", ")}</dd> : <Pending service={service as Stored<Service>} />;
}

function Pending({ service }: { readonly service: Stored<Service> }) {
  const { uid, namespace = "" } = service.metadata;
  const events = useLiveList(`events ${uid}`, () =>
    objectsAt<Event, Happening>(
      resourcePath({ resource: "events", namespace }),
      { fieldSelector: `involvedObject.uid=${uid}` },
      happeningOf,
    ),
  );
  const [warning] = [...events.items.value.values()].filter(({ type }) => type === "Warning").sort(newestFirst);
  return <dd>pending: {pendingReason(service, warning?.message)}</dd>;
}
