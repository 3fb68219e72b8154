import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { credentialsOf, goTo, hasBrowser, signedIn, startBrowser, visit } from "./dashboard-browser.ts";
import { joinSimulated } from "./simulated-node.ts";

const LOGGING = 'i=0; while true; do echo "line $i <script>hacked=1</script>"; i=$((i+1)); sleep 0.1; done';
const HOSTILE = '"><img src=x onerror=hacked=1><script>hacked=1</script>';

/** What is written into the page is text, however it looks. */
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

const DEPLOYMENT = "#/object/apps/v1/deployments/default/web";

describe.skipIf(!hasBrowser)("the dashboard in a browser", () => {
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

  const row = (page: Page, name: string) => page.locator("tbody tr", { hasText: name });

  test("a kubeconfig signs in; without being told to, the page forgets the token", async () => {
    const { page } = await visit(browser, cluster);
    await page.fill("#credential", "wrong");
    await page.click("button[type=submit]");
    await page.getByText("The cluster does not accept this token.").waitFor();
    await page.fill("#credential", readFileSync(`${cluster.directory}/kubeconfig`, "utf8"));
    await page.click("button[type=submit]");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.reload();
    await page.fill("#credential", credentialsOf(cluster).token);
    await page.getByLabel("Remember on this device").check();
    await page.click("button[type=submit]");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.reload();
    await page.locator("#credential").waitFor();
    await page.context().close();
  });

  test("a rollout is seen as it happens", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, "#/kind/apps/v1/deployments");
    await row(page, "web").getByText("2/2").waitFor();
    await cluster.output("create deployment late --image=busybox --replicas=2 -- /bin/sleep 3600");
    await row(page, "late").getByText("2/2").waitFor();
    await cluster.output("delete deployment late");
    await row(page, "late").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("logs follow, and can be searched", async () => {
    const { page, problems } = await signedIn(browser, cluster);
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

  test("a shell takes keys, shows colours and no markup, and can be started again", async () => {
    const { page, problems } = await signedIn(browser, cluster);
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
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("scaling says what it does, and does it", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, DEPLOYMENT);
    await page.getByRole("button", { name: "Scale" }).click();
    await page.getByLabel("Replicas").fill("3");
    await page.getByText("kubectl scale deployments.apps/web --replicas=3 -n default").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Scale" }).click();
    await page.getByText("All 3 replicas are up to date and available.").waitFor();
    expect(await cluster.output("get deployment web -o jsonpath={.spec.replicas}")).toBe("3");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a rollout is rolled back, and a node drained, as kubectl does it", async () => {
    await cluster.output("create deployment past --image=first -- /bin/sleep 3600");
    await cluster.output("wait --for=condition=Available deployment/past --timeout=20s");
    await cluster.output("set image deployment/past *=second");
    await cluster.output("rollout status deployment/past --timeout=30s");
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, "#/object/apps/v1/deployments/default/past");
    const act = async (name: string) => {
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog").getByRole("button", { name }).click();
    };
    await act("Roll back");
    const image = () => cluster.output("get deployment past -o jsonpath={.spec.template.spec.containers[0].image}");
    await expect.poll(image, { timeout: 10_000 }).toBe("first");
    expect(await cluster.output("get replicasets -l app=past -o name")).toMatch(/^(replicaset\.apps\/\S+\n?){2}$/);

    await goTo(page, `#/object/core/v1/nodes/-/${cluster.nodeName}`);
    await act("Drain");
    await page.getByText(`${cluster.nodeName} is drained`).waitFor();
    await expect
      .poll(() => cluster.output("get pods -l app=past -o jsonpath={.items[*].spec.nodeName}"), { timeout: 20_000 })
      .toBe("");
    await act("Uncordon");
    await cluster.output("wait --for=condition=Available deployment --all --timeout=30s");
    await cluster.output("delete deployment past");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("an edit shows what it would do; a conflict is explained and overwrites nothing", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, "#/object/core/v1/configmaps/default/hostile?tab=yaml");
    await page.getByRole("button", { name: "Edit" }).click();
    const editor = page.getByRole("textbox", { name: "YAML" });
    await editor.fill((await editor.inputValue()).replace(/^data:\n/m, "data:\n  mine: yes please\n"));
    await cluster.output(["patch", "configmap", "hostile", "-p", '{"data":{"theirs":"too"}}']);
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByText("Somebody else changed it meanwhile").waitFor();
    expect(await page.locator(".diff .added").allTextContents()).toContainEqual(expect.stringContaining("theirs: too"));
    expect(problems.splice(0)).toEqual([expect.stringContaining("409"), expect.stringContaining("409")]);
    await page.getByRole("button", { name: "Start over" }).click();
    await editor.fill((await editor.inputValue()).replace(/^data:\n/m, "data:\n  mine: yes please\n"));
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByText("What the cluster would store").waitFor();
    expect(await cluster.output("get configmap hostile -o jsonpath={.data.mine}")).toBe("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("ConfigMap hostile saved").waitFor();
    expect(await cluster.output("get configmap hostile -o jsonpath={.data.mine}/{.data.theirs}")).toBe(
      "yes please/too",
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("manifests are reviewed, then applied; a conflict of owners names the fields", async () => {
    const { page } = await signedIn(browser, cluster);
    await goTo(page, "#/apply");
    const editor = page.getByLabel("YAML to apply");
    const apply = page.getByRole("button", { name: "Apply", exact: true });
    await editor.fill("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: b}\n");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText("Would be created").waitFor();
    expect((await cluster.kubectl("get configmap made")).stderr).toContain("NotFound");
    await apply.click();
    await page.getByText("created", { exact: true }).waitFor();
    expect(await cluster.output("get configmap made -o jsonpath={.data.a}")).toBe("b");
    await editor.fill("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hostile}\ndata: {text: taken}\n");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("row", { name: ".data.text kubectl" }).waitFor();
    expect(await apply.isDisabled()).toBe(true);
    await page.context().close();
  });

  test("the editor knows what may stand where the cursor is", async () => {
    const { page, problems } = await signedIn(browser, cluster);
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

  test("a deletion says what goes with it", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, DEPLOYMENT);
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/^ReplicaSet web-/).waitFor();
    expect(await dialog.getByText(/^Pod web-/).count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("the past is looked at, compared with now, and cannot be changed", async () => {
    await cluster.output("create configmap before --from-literal=a=1");
    const then = await cluster.output("get configmap before -o jsonpath={.metadata.resourceVersion}");
    await cluster.output("delete configmap before");
    const { page, problems } = await signedIn(browser, cluster);
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

  test("access names who may, by which binding and rule; the API server answers for one", async () => {
    await cluster.output("create role reader --verb=get --resource=configmaps --resource-name=hostile");
    await cluster.output("create rolebinding reader --role=reader --user=ada");
    const { page, problems } = await signedIn(browser, cluster);
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

  test("a node joins with the command that the page makes", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await goTo(page, "#/kind/core/v1/nodes");
    await page.getByRole("button", { name: "Join a node" }).click();
    const command = await page.getByText(/^npx sailplane join /).textContent();
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
    await cluster.output("delete node joined");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("what one may not do is not offered, and what one may not see is said", async () => {
    await cluster.output("create serviceaccount looker");
    const resources = "pods,nodes,events,deployments.apps,replicasets.apps";
    await cluster.output(`create clusterrole looker --verb=get,list,watch --resource=${resources}`);
    await cluster.output("create clusterrolebinding looker --clusterrole=looker --serviceaccount=default:looker");
    const token = (await cluster.output("create token looker")).trim();
    const { page } = await signedIn(browser, cluster, { token });
    await goTo(page, DEPLOYMENT);
    await page.getByRole("heading", { name: "What belongs to it" }).waitFor();
    await page.waitForTimeout(500);
    expect(await page.locator(".actions button").count()).toBe(0);
    await goTo(page, "#/kind/core/v1/secrets");
    await page.getByText("You may not see this").waitFor();
    await page.getByText(/cannot list resource "secrets"/).waitFor();
    await page.context().close();
  });

  test("hostile texts stay texts, and secrets stay hidden", async () => {
    const { page, problems } = await signedIn(browser, cluster);
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

  test("keys go to views, filter and find", async () => {
    const { page, problems } = await signedIn(browser, cluster);
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { name: "Pods" }).waitFor();
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
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("all watches share one connection, which goes when nobody looks and is there again when somebody does", async () => {
    const { page, problems } = await visit(browser, cluster);
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
    await page.fill("#credential", credentialsOf(cluster).token);
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

  test("of ten thousand pods a few dozen rows exist, and a scroll draws those that come", async () => {
    const { page } = await signedIn(browser, cluster);
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
    // A scroll draws the rows that come, 250 pixels of them a frame, and leaves alone those that are there.
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeLessThan((120 * 250) / 36 + 100);
    await page.keyboard.press("/");
    await page.keyboard.type("pod-09999");
    await row(page, "pod-09999").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.context().close();
  });
});
