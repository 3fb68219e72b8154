import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, credentialsOf } from "../rig/cluster.ts";
import { goTo, hasBrowser, jumped, signedIn, startBrowser, visit } from "./browser.ts";

/** Pictures of every view, for people to look at. */
const pictures = join(import.meta.dirname, "../../../dist/screens");

const views = {
  overview: "#/",
  topology: "#/topology",
  sites: "#/kind/core/v1/nodes",
  nodes: "#/kind/core/v1/nodes?as=table",
  node: "#/object/core/v1/nodes/-/e2e",
  deployments: "#/kind/apps/v1/deployments",
  deployment: "#/object/apps/v1/deployments/first-app/web",
  pods: "#/kind/core/v1/pods",
  services: "#/kind/core/v1/services",
  service: "#/object/core/v1/services/first-app/web",
  "config-map": "#/object/core/v1/configmaps/first-app/greeting",
  secret: "#/object/core/v1/secrets/first-app/keys",
  events: "#/events",
  changes: "#/changes",
  access: "#/access?ns=first-app&verb=get&resource=secrets",
  kinds: "#/kinds",
  custom: "#/kind/example.com/v1/gliders",
  apply: "#/apply",
  yaml: "#/object/apps/v1/deployments/first-app/web?tab=yaml",
  "all-logs": "#/object/apps/v1/deployments/first-app/web?tab=logs",
  history: "#/object/apps/v1/deployments/first-app/web?tab=history",
  "object-events": "#/object/apps/v1/deployments/first-app/web?tab=events",
  empty: "#/kind/core/v1/pods?ns=nowhere",
  unknown: "#/kind/nobody/v1/knows",
  past: "#/kind/core/v1/pods?at=PAST",
};

const gliders = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gliders.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "gliders", singular: "glider", kind: "Glider" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        additionalPrinterColumns: [{ name: "Wingspan", type: "integer", jsonPath: ".spec.wingspan" }],
      },
    ],
  },
};
const ka6 = { apiVersion: "example.com/v1", kind: "Glider", metadata: { name: "ka-6" }, spec: { wingspan: 15 } };
const broken = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "broken" },
  spec: { containers: [{ name: "c", image: "busybox", command: ["/bin/sh", "-c", "exit 3"] }] },
};

/** Browsers consider a Cumulative Layout Shift good below this: less than a tenth of the page has moved by itself. */
const JUMP = 0.1;

const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 780 } };
const looks = Object.entries(sizes).flatMap(([size, viewport]) =>
  (["light", "dark"] as const).map((colorScheme) => ({ size, viewport, colorScheme })),
);

/** Texts whose contrast with their background is below what WCAG AA requires. */
const FAINT = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (text === "" || element.closest(":disabled, option, noscript")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(text.slice(0, 30) + " " + contrast.toFixed(2));
  }
  return found;
})()`;

describe.skipIf(!hasBrowser)("every view of the dashboard", () => {
  let cluster: Cluster;
  let browser: Browser;
  let past: string;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [cluster, browser] = await Promise.all([Cluster.start(), startBrowser()]);
    await cluster.output(`apply -f ${join(import.meta.dirname, "../nodes/first-app.yaml")}`);
    await cluster.output("-n first-app expose deployment web --port 80");
    await cluster.output("-n first-app create secret generic keys --from-literal=password=hunter2");
    for (const object of [gliders, broken]) await cluster.output("apply -f -", { input: JSON.stringify(object) });
    await cluster.output("wait --for=condition=Established crd/gliders.example.com --timeout=20s");
    await cluster.output("apply -f -", { input: JSON.stringify(ka6) });
    await cluster.output("-n first-app rollout status deployment/web --timeout=40s");
    past = await cluster.output("get crd gliders.example.com -o jsonpath={.metadata.resourceVersion}");
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.remove();
  });

  test.each(looks)("fits and reads well: $size, $colorScheme", async ({ size, viewport, colorScheme }) => {
    const { page, problems } = await signedIn(browser, cluster, { viewport, colorScheme });
    await page.getByRole("combobox", { name: "Namespace", exact: true }).waitFor();
    const look = async (name: string) => {
      await page.screenshot({ path: `${pictures}/${name}-${size}-${colorScheme}.png` });
      const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      expect({ name, wider, faint: await page.evaluate(FAINT) }).toEqual({ name, wider: false, faint: [] });
    };
    for (const [name, hash] of Object.entries(views)) {
      await goTo(page, hash.replace("PAST", past));
      await page.waitForTimeout(350);
      await page.getByText("Loading…").waitFor({ state: "detached" });
      await look(name);
      const jumps = await jumped(page);
      // The bar that shows the past appears when one goes there, and takes its space.
      const share = name === "past" ? 0 : jumps.reduce((sum, [moved]) => sum + moved, 0);
      expect(share, `${name}: ${JSON.stringify(jumps)}`).toBeLessThan(JUMP);
    }
    await goTo(page, "#/kind/core/v1/pods?q=web-");
    await page.locator("tbody a").first().click();
    await page.getByRole("heading", { name: "Containers" }).waitFor();
    await look("pod");
    await page.getByRole("tab", { name: "Logs" }).click();
    await page.getByText("hello 3").waitFor();
    await look("logs");
    await page.getByLabel("Search the log").fill("hello");
    await page.getByLabel("Only lines that match").uncheck();
    await page.getByRole("button", { name: "Previous match" }).click();
    await page.getByRole("status", { name: "Matches" }).getByText(" of ").waitFor();
    await look("log-search");
    await page.getByRole("button", { name: "Debug" }).click();
    await page.getByRole("dialog").getByLabel("Image").waitFor();
    await look("debug");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Nothing else is deleted.").waitFor();
    await look("confirm");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page
      .getByRole("dialog", { name: "Go to" })
      .getByRole("combobox", { name: "Go to", expanded: true })
      .waitFor();
    await look("palette");
    await page.keyboard.press("Escape");
    await goTo(page, "#/kind/apps/v1/deployments");
    await page.getByLabel("Select all that match").check();
    await page.getByRole("region", { name: "Selected" }).getByRole("button", { name: "Delete" }).click();
    await page.getByText("This is deleted too").waitFor();
    await look("confirm-several");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await look("selected");
    await goTo(page, "#/apply");
    await page.getByRole("button", { name: "Write it" }).click();
    await page.getByLabel("YAML to apply").fill("apiVersion: v1\nkind: Pod\nspec:\n  ");
    await page.getByLabel("YAML to apply").press("Control+Space");
    await page.getByRole("option", { name: /containers/ }).waitFor();
    await look("editor");
    expect(problems).toEqual([]);
    await page.context().close();

    const stranger = await visit(browser, cluster, { viewport, colorScheme });
    await stranger.page.locator("#credential").waitFor();
    await stranger.page.screenshot({ path: `${pictures}/sign-in-${size}-${colorScheme}.png` });
    expect(await stranger.page.evaluate(FAINT)).toEqual([]);
    await stranger.page.context().close();
  });

  test("a name that is longer than its place on a phone keeps its end", async () => {
    const name = "a-name-of-which-only-the-end-tells-which-one-it-is-7g464";
    await cluster.output(`create configmap ${name}`);
    const { page } = await signedIn(browser, cluster, { viewport: sizes.narrow });
    await goTo(page, "#/kind/core/v1/configmaps?q=a-name");
    const link = page.getByRole("link", { name, exact: true });
    const cut = link.locator(".cut > span");
    expect(await cut.evaluate((e) => e.scrollWidth > e.clientWidth)).toBe(true);
    const [row, beginning] = [await page.locator("td", { has: link }).boundingBox(), await cut.boundingBox()];
    const widthOfEnd = row && beginning && row.x + row.width - beginning.x - beginning.width;
    expect(widthOfEnd).toBeGreaterThan(40);
    // As it is copied.
    expect(await page.evaluate('document.querySelector(".scroller .cut").innerText')).toBe(name);
    await page.context().close();
  });

  test("a box of the topology is as high with a name that is too long for it", async () => {
    await cluster.output("create service clusterip a-name-of-which-only-the-end-tells-which-it-is-7g464 --tcp=80");
    const { page } = await signedIn(browser, cluster);
    await goTo(page, "#/topology");
    const lineOf = (name: RegExp) => page.getByRole("link", { name }).locator("p.name").boundingBox();
    const [long, short] = [await lineOf(/^Service a-name-of/), await lineOf(/^Service kubernetes/)];
    expect(long?.height).toBe(short?.height);
    await page.context().close();
  });

  test("a phone shows whom an event is about", async () => {
    const { page } = await signedIn(browser, cluster, { viewport: sizes.narrow });
    await goTo(page, "#/events?q=first-app");
    // The end of a name, too, that is too long for its place.
    for (const name of [/^Pod\/web-/, /^Deployment\/web$/]) {
      const link = await page.getByRole("link", { name }).first().boundingBox();
      expect(link && link.x + link.width).toBeLessThan(sizes.narrow.width);
    }
    await page.context().close();
  });

  test("the page is public, the API is not; its content security policy is strict", async () => {
    const { page } = await visit(browser, cluster);
    const { server } = credentialsOf(cluster);
    const served = await page.request.get(`${server}/dashboard/`);
    expect(served.headers()["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(served.headers()["content-security-policy"]).not.toContain("unsafe");
    expect((await page.request.get(`${server}/api/v1/pods`)).status()).toBe(403);
    expect((await page.request.get(`${server}/dashboard/../version.js`)).ok()).toBe(false);
    expect((await page.request.get(`${server}/dashboard/nothing.js`)).status()).toBe(404);
    await page.context().close();
  });
});
