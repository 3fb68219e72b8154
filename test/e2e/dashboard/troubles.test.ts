import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { dashboardCluster } from "./dashboard-cluster.ts";

const podWith = (name: string, spec: object) => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec });
const sh = (script: string) => ({ name: "app", image: "busybox", command: ["/bin/sh", "-c", script] });

/** A workload in a namespace whose quota leaves no room for its pods. */
const crowded = (() => {
  const labels = { app: "crowded" };
  const metadata = { name: "crowded", namespace: "tight" };
  const template = { metadata: { labels }, spec: { containers: [sh("sleep 3600")] } };
  const spec = { selector: { matchLabels: labels }, template };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "tight" } },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { ...metadata, name: "small" },
      spec: { hard: { pods: "0" } },
    },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec },
  ];
})();

const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  spec: { storageClassName: "fast", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
const job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "import" },
  spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", containers: [sh("exit 3")] } } },
};
const large = { ...sh("sleep 3600"), resources: { requests: { memory: "900Ti" } } };
const unset = { ...sh("sleep 3600"), env: [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "a" } } }] };
const ghost = { apiVersion: "v1", kind: "Node", metadata: { name: "ghost" } };

describe.skipIf(!hasBrowser)("the overview of a cluster in trouble", () => {
  const at = dashboardCluster();

  test("each trouble is one sentence on what is wrong and what to do, and its consequences are left out", async () => {
    const pods = [
      podWith("crashing", { containers: [sh("echo no database; exit 3")] }),
      podWith("too-large", { containers: [large] }),
      podWith("unset", { containers: [unset] }),
    ];
    const items = [...crowded, claim, job, ghost, ...pods];
    await at.cluster.output("apply -f -", { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    const { page, problems } = await at.signedIn();
    const troubles = page.getByRole("listitem");
    const notified = async (object: string, sentence: RegExp) => {
      const row = troubles.filter({ has: page.getByRole("link", { name: object, exact: true }) });
      await row.getByText(sentence).first().waitFor();
    };
    await notified(
      "tight/crowded",
      /^The quota small leaves no room for its pods: raise the quota, or ask for less\.$/,
    );
    await notified("default/data", /^The storage class fast does not exist: create it, or name another one\.$/);
    await notified("default/import", /^Its pods failed more often than it allows: their logs say why\./);
    await notified("default/crashing", /^app ends with exit code 3 again and again: its log before the last restart/);
    await notified("default/too-large", /^No node fits it \(.*too little free memory: /);
    await notified("default/unset", /^The Secret db is missing: create it, or correct the reference in app\.$/);
    await notified("ghost", /^It (has not reported yet|reports no more): look whether/);
    expect(await page.getByRole("link", { name: /^default\/import-/ }).count()).toBe(0);
    await troubles.filter({ hasText: "default/crashing" }).getByRole("link", { name: "Its log" }).first().click();
    await page.getByRole("log").getByText("no database").waitFor();
    expect(await page.getByLabel("Before the last restart").isChecked()).toBe(true);
    await goTo(page, "#/object/apps/v1/deployments/tight/crowded");
    await page
      .getByRole("status")
      .getByText(/^The quota small leaves no room for its pods/)
      .waitFor();
    await goTo(page, "#/");
    await at.cluster.output("create secret generic db --from-literal=a=1");
    await troubles.filter({ hasText: "The Secret db is missing" }).waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await goTo(page, "#/?ns=tight");
    await expect.poll(() => page.getByRole("link", { name: "default/data" }).count()).toBe(0);
    await at.cluster.output("delete node ghost");
    await page.context().close();
  });
});
