import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { dashboardCluster } from "./dashboard-cluster.ts";

describe.skipIf(!hasBrowser)("a debug container in the dashboard", () => {
  const at = dashboardCluster();
  const podOf = async () => `#/object/core/v1/pods/default/${await name()}`;
  const name = () => at.cluster.output("get pods -l app=web -o jsonpath={.items[0].metadata.name}");

  test("it joins the pod, its terminal opens, and it ends with its shell", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, await podOf());
    await page.getByRole("button", { name: "Debug" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This node runs plain processes").waitFor();
    await dialog.getByLabel("Image").fill("not an image");
    expect(await dialog.getByRole("button", { name: "Debug" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Image").fill("tools/debug:1");
    await dialog.getByText(/^kubectl debug -i -n default web-\S+ --image=tools.debug:1 --target=web -- /).waitFor();
    await dialog.getByRole("button", { name: "Debug" }).click();
    await page.getByRole("status").getByText("Open", { exact: true }).waitFor();
    const log = page.getByRole("log");
    await page.keyboard.type("echo sum $((40 + 2))");
    await page.keyboard.press("Enter");
    await log.getByText("sum 42").waitFor();
    const added = ".items[0].spec.ephemeralContainers[0]";
    expect(
      await at.cluster.output(`get pods -l app=web -o jsonpath={${added}.image}/{${added}.targetContainerName}`),
    ).toBe("tools/debug:1/web");
    await page.keyboard.type("exit");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Ended", { exact: true }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Start again" }).isDisabled()).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a refusal is shown in the API server's words, and the dialog stays", async () => {
    await at.cluster.output("label namespace default pod-security.kubernetes.io/enforce=restricted");
    const { page } = await at.signedIn();
    await goTo(page, await podOf());
    await page.getByRole("button", { name: "Debug" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Debug" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/violates PodSecurity/)
      .waitFor();
    await at.cluster.output("label namespace default pod-security.kubernetes.io/enforce-");
    await page.context().close();
  });

  test("it is not offered to those who may not add one", async () => {
    await at.cluster.output("create serviceaccount looker");
    await at.cluster.output("create rolebinding looker --clusterrole=view --serviceaccount=default:looker");
    const token = (await at.cluster.output("create token looker")).trim();
    const { page } = await at.signedIn({ token });
    await goTo(page, await podOf());
    await page.getByRole("heading", { name: "Containers" }).waitFor();
    await page.waitForTimeout(500);
    expect(await page.getByRole("button", { name: "Debug" }).count()).toBe(0);
    await page.context().close();
  });
});
