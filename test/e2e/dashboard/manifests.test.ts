import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { dashboardCluster } from "./dashboard-cluster.ts";

/** Of a kind whose schema allows anything. */
const definition = (kind: string) => {
  const plural = `${kind.toLowerCase()}s`;
  const anything = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { kind, plural },
      versions: [{ name: "v1", served: true, storage: true, schema: anything }],
    },
  });
};

describe.skipIf(!hasBrowser)("manifests in the dashboard", () => {
  const at = dashboardCluster();

  test("an edit leaves an integer beyond 2^53 as it is, as do changes, and is kept while its author looks elsewhere", async () => {
    await at.cluster.output("apply -f -", { input: definition("Widget") });
    await at.cluster.output("wait --for=condition=Established crd/widgets.example.com --timeout=20s");
    const widget =
      "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 9007199254740993, color: a}";
    await at.cluster.output("create -f -", { input: widget });
    const { page, problems } = await at.signedIn();
    const tab = "#/object/example.com/v1/widgets/default/w?tab=yaml";
    await goTo(page, tab);
    await page.getByRole("button", { name: "Edit" }).click();
    const editor = page.getByRole("textbox", { name: "YAML" });
    await editor.fill((await editor.inputValue()).replace("color: a", "color: b"));
    await goTo(page, "#/events");
    await page.getByRole("main").getByRole("heading", { name: "Events" }).waitFor();
    await goTo(page, `${tab}&at=${await at.cluster.output("get widget w -o jsonpath={.metadata.resourceVersion}")}`);
    await page.locator("pre.yaml").waitFor();
    expect(await editor.count()).toBe(0);
    await goTo(page, tab);
    expect(await editor.inputValue()).toContain("color: b\n  size: 9007199254740993");
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Widget w saved").waitFor();
    const saved = await at.cluster.output("get widget w -o jsonpath={.metadata.resourceVersion}");
    expect(await at.cluster.output("get widget w -o jsonpath={.spec.color}/{.spec.size}")).toBe("b/9007199254740993");
    await at.cluster.output(["patch", "widget", "w", "--type=merge", "-p", '{"spec":{"size":9007199254740995}}']);
    await goTo(page, `#/changes?ns=default&from=${saved}`);
    await page.locator("summary", { hasText: "Widget default/w" }).click();
    await page.getByText("-   size: 9007199254740993").waitFor();
    await page.getByText("+   size: 9007199254740995").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("what was written and not applied is not shown to the next user", async () => {
    const token = await at.cluster.output("create token default");
    const { page } = await at.signedIn();
    const written = page.getByRole("textbox", { name: "YAML to apply" });
    await goTo(page, "#/apply");
    await written.fill("kind: Secret");
    await goTo(page, "#/events");
    await page.getByRole("main").getByRole("heading", { name: "Events" }).waitFor();
    await goTo(page, "#/apply");
    expect(await written.inputValue()).toBe("kind: Secret");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.fill("#credential", token);
    await page.click("button[type=submit]");
    expect(await written.inputValue()).toBe("");
    await page.context().close();
  });

  test("a name that YAML 1.1 takes for a boolean is written as a text", async () => {
    const { page } = await at.signedIn();
    await goTo(page, "#/apply");
    await page.getByLabel("Name", { exact: true }).fill("on");
    await page.getByRole("button", { name: "Write it" }).click();
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("Deployment on").waitFor();
    await page.context().close();
  });

  test("what earlier manifests make need not be there for the review; numbers are read as by kubectl", async () => {
    const { page } = await at.signedIn();
    await goTo(page, "#/apply");
    const manifests = [
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: fresh}",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: fresh}}",
      definition("Gadget"),
      "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {mode: 0400, size: 9007199254740995}",
    ];
    const mistaken = [manifests[0], "apiVersion: v1\nkind: Pdo\nmetadata: {name: p, namespace: fresh}"];
    await page.getByLabel("YAML to apply").fill(mistaken.join("\n---\n"));
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("The cluster serves no Pdo of v1").waitFor();
    await page.getByLabel("YAML to apply").fill(manifests.join("\n---\n"));
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("It is applied after Namespace fresh").waitFor();
    await page.getByText("It is applied after CustomResourceDefinition gadgets.example.com").waitFor();
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await expect.poll(() => page.getByText("created", { exact: true }).count(), { timeout: 10_000 }).toBe(4);
    expect(await at.cluster.output("get configmap c -n fresh -o jsonpath={.kind}")).toBe("ConfigMap");
    expect(await at.cluster.output("get gadget g -o jsonpath={.spec.mode}/{.spec.size}")).toBe("256/9007199254740995");
    await page.context().close();
  });
});
