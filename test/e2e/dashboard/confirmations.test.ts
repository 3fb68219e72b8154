import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { dashboardCluster } from "./dashboard-cluster.ts";

describe.skipIf(!hasBrowser)("what the dashboard says of an action", () => {
  const at = dashboardCluster();

  test("a drain names the pods that nothing makes again, and those that a budget keeps", async () => {
    await at.cluster.output("run lonely --image=busybox --command -- sleep 3600");
    await at.cluster.output("wait --for=condition=Ready pod/lonely --timeout=20s");
    await at.cluster.output("create poddisruptionbudget all --selector=run=lonely --min-available=1");
    await at.cluster.output("wait --for=jsonpath={.status.currentHealthy}=1 pdb/all --timeout=20s");
    const { page } = await at.signedIn();
    await goTo(page, `#/object/core/v1/nodes/-/${at.cluster.nodeName}`);
    await page.getByRole("button", { name: "Drain" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Pod default/lonely: belongs to nothing, does not come back").waitFor();
    await dialog.getByText("This is evicted").waitFor();
    await dialog.getByText("2 × Pod, made again elsewhere by what they belong to").waitFor();
    await dialog.getByText(/--force/).waitFor();
    await dialog.getByRole("button", { name: "Drain" }).click();
    await dialog.getByText("default/lonely: Cannot evict pod").waitFor();
    await page.context().close();
    await at.cluster.output(`uncordon ${at.cluster.nodeName}`);
  });

  test("what its finalizers keep is being deleted, not deleted", async () => {
    const held = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", finalizers: ["example.com/hold"] } };
    await at.cluster.output("create -f -", { input: JSON.stringify(held) });
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/object/core/v1/configmaps/default/held");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("held is being deleted", { exact: true }).waitFor();
    await page.getByText("held by example.com/hold").waitFor();
    await at.cluster.output("create configmap held-not");
    await goTo(page, "#/kind/core/v1/configmaps?ns=default&q=held");
    await page.getByLabel("Select all that match").check();
    await page.getByRole("region", { name: "Selected" }).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText(/^1 being deleted, 1 deleted$|^1 deleted, 1 being deleted$/).waitFor();
    await at.cluster.output(["patch", "configmap", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("what is answered for the last time is deleted", async () => {
    await at.cluster.output("create service externalname brief --external-name=example.com");
    const { page } = await at.signedIn();
    await goTo(page, "#/object/core/v1/services/default/brief");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("brief deleted", { exact: true }).waitFor();
    await page.context().close();
  });

  test("a role is its rules; what may not be seen is not said to be absent", async () => {
    await at.cluster.output("create serviceaccount junior");
    await at.cluster.output("create role junior --verb=get,list,watch --resource=pods,deployments.apps,roles.rbac");
    await at.cluster.output("create rolebinding junior --role=junior --serviceaccount=default:junior");
    const token = await at.cluster.output("create token junior");
    const { page } = await at.signedIn({ token });
    await goTo(page, "#/object/apps/v1/deployments/default/web");
    await page.getByText("You may not see ReplicaSets.").waitFor();
    await page.getByRole("link", { name: /^web-/ }).first().waitFor();
    await goTo(page, "#/topology?ns=default");
    await page.getByText("You may not see Ingresses, Services, EndpointSlices: the picture lacks them.").waitFor();
    await page.getByRole("link", { name: /^Deployment web, / }).waitFor();
    await goTo(page, "#/kind/core/v1/nodes");
    await page.getByText("You may not see this").waitFor();
    expect(await page.getByText("name one of yours above").count()).toBe(0);
    await goTo(page, "#/object/rbac.authorization.k8s.io/v1/roles/default/junior");
    await page.getByRole("cell", { name: "deployments" }).waitFor();
    const empty = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "empty" } };
    await at.cluster.output("create -f -", { input: JSON.stringify(empty) });
    await goTo(page, "#/object/rbac.authorization.k8s.io/v1/roles/default/empty");
    await page.getByRole("heading", { name: "Rules 0" }).waitFor();
    await page.context().close();
  });

  test("usage that one user saw is not shown to the next, who may not see it", async () => {
    const token = await at.cluster.output("create token junior");
    const { page } = await at.signedIn();
    await goTo(page, "#/kind/core/v1/pods?ns=default");
    await page.locator("td .usage").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.fill("#credential", token);
    await page.click("button[type=submit]");
    await page.locator("tbody tr", { hasText: "web-" }).first().waitFor();
    expect(await page.locator("td .usage").count()).toBe(0);
    await page.context().close();
  });
});
