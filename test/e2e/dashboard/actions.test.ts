import { describe, expect, test } from "vitest";
import { joinSimulated } from "../rig/simulated-node.ts";
import { goTo, hasBrowser } from "./browser.ts";
import { DEPLOYMENT, dashboardCluster } from "./dashboard-cluster.ts";

describe.skipIf(!hasBrowser)("actions in the dashboard", () => {
  const at = dashboardCluster();

  test("scaling shows its effect, and scales", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, DEPLOYMENT);
    await page.getByRole("button", { name: "Scale" }).click();
    await page.getByLabel("Replicas").fill("3");
    await page.getByText("kubectl scale deployments.apps/web --replicas=3 -n default").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Scale" }).click();
    await page.getByText("All 3 replicas are up to date and available.").waitFor();
    expect(await at.cluster.output("get deployment web -o jsonpath={.spec.replicas}")).toBe("3");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a rollout is undone, and a node drained, as by kubectl", async () => {
    await at.cluster.output("create deployment past --image=first -- /bin/sleep 3600");
    await at.cluster.output("wait --for=condition=Available deployment/past --timeout=20s");
    await at.cluster.output("set image deployment/past *=second");
    await at.cluster.output("rollout status deployment/past --timeout=30s");
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/object/apps/v1/deployments/default/past");
    const act = async (name: string) => {
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog").getByRole("button", { name }).click();
    };
    await act("Roll back");
    const image = () => at.cluster.output("get deployment past -o jsonpath={.spec.template.spec.containers[0].image}");
    await expect.poll(image, { timeout: 10_000 }).toBe("first");
    expect(await at.cluster.output("get replicasets -l app=past -o name")).toMatch(/^(replicaset\.apps\/\S+\n?){2}$/);

    await goTo(page, `#/object/core/v1/nodes/-/${at.cluster.nodeName}`);
    await act("Drain");
    await page.getByText(`${at.cluster.nodeName} is drained`).waitFor();
    await expect
      .poll(() => at.cluster.output("get pods -l app=past -o jsonpath={.items[*].spec.nodeName}"), { timeout: 20_000 })
      .toBe("");
    await act("Uncordon");
    await at.cluster.output("wait --for=condition=Available deployment --all --timeout=30s");
    await at.cluster.output("delete deployment past");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("an edit shows its effect first; a conflict is explained and overwrites nothing", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/object/core/v1/configmaps/default/hostile?tab=yaml");
    await page.getByRole("button", { name: "Edit" }).click();
    const editor = page.getByRole("textbox", { name: "YAML" });
    await editor.fill((await editor.inputValue()).replace(/^data:\n/m, "data:\n  mine: yes please\n"));
    await at.cluster.output(["patch", "configmap", "hostile", "-p", '{"data":{"theirs":"too"}}']);
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByText("Somebody else changed it meanwhile").waitFor();
    expect(await page.locator(".diff .added").allTextContents()).toContainEqual(expect.stringContaining("theirs: too"));
    expect(problems.splice(0)).toEqual([expect.stringContaining("409"), expect.stringContaining("409")]);
    await page.getByRole("button", { name: "Start over" }).click();
    await editor.fill((await editor.inputValue()).replace(/^data:\n/m, "data:\n  mine: yes please\n"));
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByText("What the cluster would store").waitFor();
    expect(await at.cluster.output("get configmap hostile -o jsonpath={.data.mine}")).toBe("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("ConfigMap hostile saved").waitFor();
    expect(await at.cluster.output("get configmap hostile -o jsonpath={.data.mine}/{.data.theirs}")).toBe(
      "yes please/too",
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("manifests are reviewed, then applied; a conflict of owners names the fields", async () => {
    const { page } = await at.signedIn();
    await goTo(page, "#/apply");
    const editor = page.getByLabel("YAML to apply");
    const apply = page.getByRole("button", { name: "Apply", exact: true });
    await editor.fill("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: b}\n");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("Would be created").waitFor();
    expect((await at.cluster.kubectl("get configmap made")).stderr).toContain("NotFound");
    await apply.click();
    await page.getByText("created", { exact: true }).waitFor();
    expect(await at.cluster.output("get configmap made -o jsonpath={.data.a}")).toBe("b");
    await editor.fill("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hostile}\ndata: {text: taken}\n");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("row", { name: ".data.text kubectl" }).waitFor();
    expect(await apply.isDisabled()).toBe(true);
    await page.context().close();
  });

  test("the editor suggests what is valid at the cursor", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/apply");
    await page.getByLabel("Name", { exact: true }).fill("made-here");
    await page.getByRole("button", { name: "Write it" }).click();
    const editor = page.getByLabel("YAML to apply");
    await editor.fill(`${(await editor.inputValue()).trimEnd()}\n          imageP`);
    const offer = page.getByRole("listbox", { name: "What may be written here" });
    await editor.press("End");
    await editor.press("Control+Space");
    await offer.getByRole("option", { name: /imagePullPolicy string/ }).waitFor();
    await editor.press("Enter");
    await page.keyboard.type("Never");
    expect(await editor.inputValue()).toMatch(/\n {10}imagePullPolicy: Never$/);
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("Would be created").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a deletion shows what else is deleted", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, DEPLOYMENT);
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/^ReplicaSet web-/).waitFor();
    expect(await dialog.getByText(/^Pod web-/).count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a node joins with the command from the page", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/kind/core/v1/nodes");
    await page.getByRole("button", { name: "Join a node" }).click();
    const command = await page.getByText(/ sailplane-node\.sh join /).textContent();
    await page.keyboard.press("Escape");
    const leave = joinSimulated(String(command), { name: "joined", site: "far" });
    try {
      const site = page.getByRole("region", { name: "far" });
      await site.getByText("Linked").waitFor();
      await site
        .getByText(/of \d+ requested/)
        .first()
        .waitFor();
    } finally {
      await leave();
    }
    await at.cluster.output("delete node joined");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("forbidden actions are not offered, and forbidden resources are reported", async () => {
    await at.cluster.output("create serviceaccount looker");
    const resources = "pods,nodes,events,deployments.apps,replicasets.apps";
    await at.cluster.output(`create clusterrole looker --verb=get,list,watch --resource=${resources}`);
    await at.cluster.output("create clusterrolebinding looker --clusterrole=looker --serviceaccount=default:looker");
    const token = (await at.cluster.output("create token looker")).trim();
    const { page } = await at.signedIn({ token });
    await page.getByText(/^You may not see StatefulSets, DaemonSets, Jobs, volume claims: what is wrong/).waitFor();
    await goTo(page, DEPLOYMENT);
    await page.getByRole("heading", { name: "What belongs to it" }).waitFor();
    await page.waitForTimeout(500);
    expect(await page.locator(".actions button").count()).toBe(0);
    await goTo(page, "#/kind/core/v1/secrets");
    await page.getByText("You may not see this").waitFor();
    await page.getByText(/cannot list resource "secrets"/).waitFor();
    await page.context().close();
  });

  test("a user with access to one namespace starts there, and is asked for a namespace elsewhere", async () => {
    await at.cluster.output("create serviceaccount confined");
    await at.cluster.output("create rolebinding confined --clusterrole=view --serviceaccount=default:confined");
    const token = (await at.cluster.output("create token confined")).trim();
    const { page } = await at.signedIn({ token });
    await expect.poll(() => page.url()).toContain("ns=default");
    await page.getByText("Pods ready").waitFor();
    expect(await page.getByText("Nodes ready").count()).toBe(0);
    // The list is requested again, and arrives while the user is typing.
    const again = page.waitForResponse(/\/api\/v1\/namespaces(\?|$)/);
    await page.fill("#namespace", "");
    await again;
    await page.waitForTimeout(100);
    await page.keyboard.press("Enter");
    await page.getByText("name one of yours above").waitFor();
    await page.context().close();
  });

  test("a kind without a view of its own shows the columns of its table", async () => {
    await at.cluster.output("create priorityclass urgent --value=700 --description=x");
    const { page } = await at.signedIn();
    await goTo(page, "#/object/scheduling.k8s.io/v1/priorityclasses/-/urgent");
    await page.getByRole("heading", { name: "At a glance" }).waitFor();
    await page.getByText("700", { exact: true }).waitFor();
    await page.context().close();
  });

  test("a workload shows why its pods do not run", async () => {
    const resources = { requests: { memory: "900Ti" } };
    const containers = [{ name: "c", image: "busybox", resources }];
    const labels = { app: "large" };
    const template = { metadata: { labels }, spec: { containers } };
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "large" } };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    await at.cluster.output("apply -f -", { input: JSON.stringify({ ...deployment, spec }) });
    const { page } = await at.signedIn();
    await goTo(page, "#/object/apps/v1/deployments/default/large");
    // Both wait for the same thing, which is shown once.
    await page.getByText(/Insufficient memory/).waitFor();
    await page.getByText("Pending").nth(1).waitFor();
    expect(await page.getByText(/Insufficient memory/).count()).toBe(1);
    await page.context().close();
  });
});
