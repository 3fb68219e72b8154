import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { dashboardCluster, row } from "./dashboard-cluster.ts";

const policyOf = (name: string, verb: string) => [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: [verb], resources: ["configmaps"] }],
      },
      validations: [{ expression: "!oldObject.metadata.name.endsWith('2')", message: "number two is kept" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  },
];

describe.skipIf(!hasBrowser)("several rows of a list at once", () => {
  const at = dashboardCluster();

  test("rows are selected by box, by range, by key, and all that match; what is done is listed first", async () => {
    for (const name of ["one", "two", "three"]) {
      await at.cluster.output(`create deployment ${name} --image=busybox -- /bin/sleep 3600`);
      await at.cluster.output(`label deployment ${name} of=several`);
    }
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/kind/apps/v1/deployments?ns=default&q=of=several");
    const bar = page.getByRole("region", { name: "Selected" });
    const dialog = page.getByRole("dialog");
    // By name: one, three, two.
    await page.getByLabel("Select one").check();
    await bar.getByText("1 selected").waitFor();
    await page.getByLabel("Select two").click({ modifiers: ["Shift"] });
    await bar.getByText("3 selected").waitFor();
    await page.getByLabel("Select three").focus();
    await page.keyboard.press("Space");
    await bar.getByText("2 selected").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await bar.getByText("1 selected").waitFor();
    await page.getByLabel("Select all that match").check();
    await bar.getByText("3 selected").waitFor();

    await bar.getByRole("button", { name: "Scale" }).click();
    await dialog.getByLabel("Replicas of each").fill("2");
    await dialog.getByText("kubectl scale deployments.apps one three two --replicas=2 -n default").waitFor();
    await dialog.getByRole("button", { name: "Scale" }).click();
    await page.getByText("3 scaled").waitFor();
    const replicas = "get deployments -l of=several -o jsonpath={.items[*].spec.replicas}";
    expect(await at.cluster.output(replicas)).toBe("2 2 2");

    await page.getByLabel("Select all that match").check();
    await bar.getByRole("button", { name: "Label" }).click();
    await dialog.getByLabel("Labels").fill("tier=a/b");
    await dialog.getByText("a/b is no valid value of a label.").waitFor();
    expect(await dialog.getByRole("button", { name: "Label" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Labels").fill("tier=web of-");
    await dialog.getByRole("button", { name: "Label" }).click();
    await page.getByText("3 labelled").waitFor();
    expect(await at.cluster.output("get deployments -l tier=web,!of -o name")).toMatch(/one\n.*three\n.*two/);

    await goTo(page, "#/kind/apps/v1/deployments?ns=default&q=tier=web");
    await page.getByLabel("Select all that match").check();
    await bar.getByRole("button", { name: "Restart" }).click();
    await dialog.getByRole("button", { name: "Restart" }).click();
    await page.getByText("3 restarted").waitFor();
    await page.getByLabel("Select all that match").check();
    await bar.getByRole("button", { name: "Delete" }).click();
    await dialog.getByText("default/one", { exact: true }).waitFor();
    await dialog.getByText("This is deleted too").waitFor();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("3 deleted").waitFor();
    await page.getByText("Nothing matches the filter").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a failure is reported with its object, stays selected, and can be tried again", async () => {
    for (const number of [1, 2, 3]) await at.cluster.output(`create configmap kept-${number}`);
    const items = policyOf("keep", "DELETE");
    await at.cluster.output("apply -f -", { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    const refused = () => at.cluster.kubectl("delete configmap kept-2 --dry-run=server");
    await expect.poll(async () => (await refused()).stderr, { timeout: 10_000 }).toContain("number two is kept");
    const { page } = await at.signedIn();
    await goTo(page, "#/kind/core/v1/configmaps?ns=default&q=kept-");
    await page.getByLabel("Select all that match").check();
    const bar = page.getByRole("region", { name: "Selected" });
    await bar.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete 3 ConfigMaps" });
    await dialog.getByRole("button", { name: "Delete" }).click();
    await dialog.getByText("2 deleted, 1 failed.").waitFor();
    await dialog.getByRole("listitem").getByText("number two is kept").waitFor();
    expect(await at.cluster.output("get configmaps -o name")).toContain("configmap/kept-2");
    await at.cluster.output("delete validatingadmissionpolicybinding keep");
    await expect.poll(async () => (await refused()).code, { timeout: 10_000 }).toBe(0);
    await bar.getByText("1 selected").waitFor();
    await dialog.getByRole("button", { name: "Try these again" }).click();
    await page.getByText("1 deleted", { exact: true }).waitFor();
    await row(page, "kept-2").waitFor({ state: "detached" });
    await page.context().close();
  });

  test("whoever may change nothing is offered nothing, and the past has no boxes", async () => {
    await at.cluster.output("create serviceaccount viewer");
    await at.cluster.output("create clusterrolebinding viewer --clusterrole=view --serviceaccount=default:viewer");
    const token = (await at.cluster.output("create token viewer")).trim();
    const { page } = await at.signedIn({ token });
    await goTo(page, "#/kind/core/v1/configmaps?ns=default");
    await page.getByLabel("Select hostile").check();
    const bar = page.getByRole("region", { name: "Selected" });
    await page.waitForTimeout(500);
    expect(await bar.getByRole("button").allTextContents()).toEqual(["Clear"]);
    const now = await at.cluster.output("get configmap hostile -o jsonpath={.metadata.resourceVersion}");
    await goTo(page, `#/kind/core/v1/configmaps?ns=default&at=${now}`);
    await row(page, "hostile").waitFor();
    expect(await page.getByRole("checkbox", { name: /^Select/ }).count()).toBe(0);
    await page.context().close();
  });
});
