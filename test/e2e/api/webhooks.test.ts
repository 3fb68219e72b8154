/** Webhooks of every kind, on one cluster. */
import { afterAll, beforeAll } from "vitest";
import { conformanceOfWebhooks } from "./webhooks/conformance-webhooks.ts";
import { conversionWebhooks } from "./webhooks/conversion-webhooks.ts";
import { HookedCluster } from "./webhooks/hooked-cluster.ts";
import { serviceWebhooks } from "./webhooks/service-webhooks.ts";
import { urlWebhooks } from "./webhooks/url-webhooks.ts";

let hooked: HookedCluster;
beforeAll(async () => {
  hooked = await HookedCluster.start();
});
afterAll(() => hooked.cluster.remove());

serviceWebhooks(() => hooked);
conformanceOfWebhooks(() => hooked);
urlWebhooks(() => hooked);
conversionWebhooks(() => hooked);
