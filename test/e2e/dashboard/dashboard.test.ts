import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { credentialsOf } from "../rig/cluster.ts";
import { goTo, hasBrowser } from "./browser.ts";
import { DEPLOYMENT, dashboardCluster, HOSTILE, row } from "./dashboard-cluster.ts";

describe.skipIf(!hasBrowser)("the dashboard in a browser", () => {
  const at = dashboardCluster();

  test("a kubeconfig signs in; the token is not remembered by default", async () => {
    const { page } = await at.visit();
    await page.fill("#credential", "wrong");
    await page.click("button[type=submit]");
    await page.getByText("The cluster does not accept this token.").waitFor();
    await page.fill("#credential", readFileSync(`${at.cluster.directory}/kubeconfig`, "utf8"));
    await page.click("button[type=submit]");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.reload();
    await page.fill("#credential", credentialsOf(at.cluster).token);
    await page.getByLabel("Remember on this device").check();
    await page.click("button[type=submit]");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.reload();
    await page.locator("#credential").waitFor();
    await page.context().close();
  });

  test("a rollout is shown live", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/kind/apps/v1/deployments");
    await row(page, "web").getByText("2/2").waitFor();
    await at.cluster.output("create deployment late --image=busybox --replicas=2 -- /bin/sleep 3600");
    await row(page, "late").getByText("2/2").waitFor();
    await at.cluster.output("delete deployment late");
    await row(page, "late").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("logs are followed, and can be searched", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/kind/core/v1/pods?q=web-");
    await page.locator("tbody a").first().click();
    await page.getByRole("tab", { name: "Logs" }).click();
    const log = page.getByRole("log");
    await log.getByText("line 3 <script>hacked=1</script>").waitFor();
    const before = String(await log.textContent()).length;
    await page.waitForTimeout(1000);
    expect(String(await log.textContent()).length).toBeGreaterThan(before);
    await page.getByLabel("Search the log").fill("line 4 ");
    await expect.poll(() => log.textContent()).toBe("line 4 <script>hacked=1</script>");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a shell accepts keys, shows colours but no markup, and can be restarted", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/kind/core/v1/pods?q=web-");
    await page.locator("tbody a").first().click();
    await page.getByRole("tab", { name: "Shell" }).click();
    const log = page.getByRole("log");
    const opened = () => page.getByRole("status").getByText("Open", { exact: true }).waitFor();
    const run = async (line: string) => {
      await page.keyboard.type(line);
      await page.keyboard.press("Enter");
    };
    await opened();
    await page.keyboard.type("echo sux");
    await page.keyboard.press("Backspace");
    await run("m $((40 + 2)); printf '\\033[31mred\\033[0m <b>bold</b>\\033[2Dx\\n'");
    await log.getByText("sum 42").waitFor();
    await log.locator(".front-1", { hasText: /^red$/ }).waitFor();
    await log.getByText("<b>bold</x>").waitFor();
    await run("exit 3");
    await page.getByRole("button", { name: "Start again" }).click();
    await opened();
    await run("echo a''new");
    await log.getByText("anew").waitFor();
    expect(await log.textContent()).not.toContain("sum 42");

    // It closes if the page is to change nothing.
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("read-only");
    await page.keyboard.press("Enter");
    await page.getByText("This page is read-only").waitFor();
    expect(await log.count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("past states can be viewed and compared with now, but not changed", async () => {
    await at.cluster.output("create configmap before --from-literal=a=1");
    const then = await at.cluster.output("get configmap before -o jsonpath={.metadata.resourceVersion}");
    await at.cluster.output("delete configmap before");
    const { page, problems } = await at.signedIn();
    await goTo(page, `#/kind/core/v1/configmaps?at=${then}`);
    await row(page, "before").waitFor();
    await page.getByText("As it was").waitFor();
    await row(page, "before").getByRole("link").click();
    await page.getByText("Read-only").waitFor();
    expect(await page.locator(".actions button").count()).toBe(0);
    await page.getByRole("link", { name: "What changed since" }).click();
    await page.locator("summary", { hasText: "ConfigMap default/before" }).click();
    await page.getByText('-   a: "1"').waitFor();
    await page.getByLabel("To").focus();
    await page.keyboard.press("Home");
    await page
      .getByText(/revision \d+/)
      .first()
      .waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("the access view lists who is allowed, by which binding and rule; the API server answers for one user", async () => {
    await at.cluster.output("create role reader --verb=get --resource=configmaps --resource-name=hostile");
    await at.cluster.output("create rolebinding reader --role=reader --user=ada");
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/access?ns=default&verb=get&resource=configmaps");
    const grant = page.getByRole("row", { name: /User ada RoleBinding default\/reader Role default\/reader/ });
    await grant.getByText("get on configmaps of the core group; only hostile").waitFor();
    await page.getByLabel("User").fill("ada");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByRole("status").getByText("No", { exact: true }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("hostile");
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByRole("status").getByText("Yes", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("hostile text is shown as text, and secrets stay hidden", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, DEPLOYMENT);
    await page.getByText(HOSTILE).first().waitFor();
    await goTo(page, "#/object/core/v1/configmaps/default/hostile");
    await page.getByText(HOSTILE).first().waitFor();
    for (const tab of ["summary", "yaml"]) {
      await goTo(page, `#/object/core/v1/secrets/default/keys?tab=${tab}`);
      await page.getByText("••••").first().waitFor();
      const shown = await page.locator("main").textContent();
      expect(shown).not.toMatch(/hunter2|aHVudGVyMg/);
    }
    await goTo(page, "#/object/core/v1/secrets/default/keys");
    await page.getByRole("button", { name: "Reveal password" }).click();
    await page.getByText("hunter2").waitFor();
    expect(await page.evaluate("typeof hacked")).toBe("undefined");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("keyboard shortcuts open views, filter and search", async () => {
    const { page, problems } = await at.signedIn();
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { name: "Pods", exact: true }).waitFor();
    await row(page, "web-").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Logs" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("cm");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ConfigMaps" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("hostile");
    await page.getByText(/^1 of \d+$/).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("default");
    await page.getByRole("option", { name: "default namespace" }).click();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("web");
    await page.getByRole("option", { name: "Deployments “web”" }).click();
    await row(page, "web").first().waitFor();
    expect(await page.evaluate("location.hash")).toMatch(/deployments\?ns=default&q=web/);
    await page.getByRole("button", { name: "Skip to the content" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('main') !== null")).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("all watches share one connection, which closes when the page is hidden and reopens when it is visible", async () => {
    const { page, problems } = await at.visit();
    const streams: string[] = [];
    page.on("request", (request) => request.url().includes("watch=1") && streams.push(request.url()));
    const sockets = new Set<unknown>();
    page.on("websocket", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    const look = (visible: boolean) =>
      page.evaluate(`Object.defineProperty(document, "visibilityState", { value: "${visible ? "visible" : "hidden"}", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));`);
    await page.fill("#credential", credentialsOf(at.cluster).token);
    await page.click("button[type=submit]");
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => sockets.size).toBe(1);
    await look(false);
    await expect.poll(() => sockets.size, { timeout: 5000 }).toBe(0);
    await goTo(page, "#/kind/core/v1/configmaps");
    await look(true);
    await row(page, "hostile").waitFor();
    await expect.poll(() => sockets.size).toBe(1);
    await goTo(page, "#/kinds");
    await expect.poll(() => sockets.size, { timeout: 5000 }).toBe(0);
    expect({ streams, problems }).toEqual({ streams: [], problems: [] });
    await page.context().setOffline(true);
    await goTo(page, "#/kind/apps/v1/deployments");
    await page.getByRole("heading", { name: "The cluster does not answer. Asking again…" }).waitFor();
    await page.context().setOffline(false);
    await row(page, "web").first().waitFor();
    await page.context().close();
  });

  test("ten thousand pods need only a few dozen rows in the page, and scrolling draws more", async () => {
    const { page } = await at.signedIn();
    const columnDefinitions = ["Name", "Ready", "Status", "Restarts", "Age"].map((name) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: 0,
    }));
    const rows = Array.from({ length: 10_000 }, (_, index) => {
      const name = `pod-${String(index).padStart(5, "0")}`;
      const metadata = { name, namespace: "many", uid: name, creationTimestamp: "2026-01-01T00:00:00Z" };
      return { cells: [name, "1/1", "Running", "0", "1d"], object: { metadata } };
    });
    const json = { kind: "Table", metadata: { resourceVersion: "1" }, columnDefinitions, rows };
    await page.route(/\/namespaces\/many\/pods\?(?!watch)/, (route) => route.fulfill({ json }));
    await goTo(page, "#/kind/core/v1/pods?ns=many");
    await page.getByText("10,000").waitFor();
    expect(await page.locator("tbody tr").count()).toBeLessThan(80);
    const drawn = await page.evaluate(`new Promise((resolve) => {
      const box = document.querySelector(".scroller");
      let [frames, rows] = [0, 0];
      const count = (changes) => {
        rows += changes.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ tagName }) => tagName === "TR").length;
      };
      const observer = new MutationObserver(count);
      observer.observe(box, { childList: true, subtree: true });
      const step = () => {
        box.scrollTop += 250;
        if (++frames < 120) return requestAnimationFrame(step);
        setTimeout(() => resolve(rows), 200);
      };
      step();
    })`);
    // Scrolling draws the rows that appear, 250 pixels of them a frame, and does not redraw the others.
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeLessThan((120 * 250) / 36 + 100);
    await page.keyboard.press("/");
    await page.keyboard.type("pod-09999");
    await row(page, "pod-09999").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.context().close();
  });
});
