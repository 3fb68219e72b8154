/** The wiring of the Worker: what the platform calls, and the Durable Object classes. */
export { ClusterStore } from "../durable-objects/cluster-store.ts";

export default {
  fetch: () => new Response("no API yet\n", { status: 501 }),
};
