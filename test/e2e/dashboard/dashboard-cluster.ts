/** What the tests of a file look at in a browser: a cluster of their own, with texts that look like markup. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { Cluster } from "../rig/cluster.ts";
import { type SignedInOptions, signedIn, startBrowser, type Visit, visit } from "./browser.ts";

const LOGGING = 'i=0; while true; do echo "line $i <script>hacked=1</script>"; i=$((i+1)); sleep 0.1; done';
export const HOSTILE = '"><img src=x onerror=hacked=1><script>hacked=1</script>';

/** Whatever a text looks like, the page must show it as text. */
const manifests = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", annotations: { note: HOSTILE } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "web", image: "busybox", command: ["/bin/sh", "-c", LOGGING] }],
        },
      },
    },
  },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hostile" }, data: { text: HOSTILE } },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { password: "hunter2" } },
];

export const DEPLOYMENT = "#/object/apps/v1/deployments/default/web";

export const row = (page: Page, name: string) => page.locator("tbody tr", { hasText: name });

interface DashboardCluster {
  readonly cluster: Cluster;
  visit(): Promise<Visit>;
  signedIn(options?: SignedInOptions): Promise<Visit>;
}

/** Starts and ends with the tests of the `describe` that calls it. */
export function dashboardCluster(): DashboardCluster {
  let cluster: Cluster;
  let browser: Browser;
  beforeAll(async () => {
    [cluster, browser] = await Promise.all([Cluster.start(), startBrowser()]);
    await cluster.output("apply --server-side -f -", {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }),
    });
    await cluster.output("rollout status deployment/web --timeout=40s");
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.remove();
  });
  return {
    get cluster() {
      return cluster;
    },
    visit: () => visit(browser, cluster),
    signedIn: (options) => signedIn(browser, cluster, options),
  };
}
