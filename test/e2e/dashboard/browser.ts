import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Cluster, credentialsOf } from "../rig/cluster.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Without a browser, tests that need one are skipped and say so. */
export const hasBrowser = executablePath !== undefined;

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A page, and all errors that occurred on it. */
export interface Visit {
  readonly page: Page;
  readonly problems: string[];
}

export async function visit(browser: Browser, cluster: Cluster, options: BrowserContextOptions = {}): Promise<Visit> {
  const { server } = credentialsOf(cluster);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  await context.addInitScript(NOTE_SHIFTS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server}/`) && !request.url().startsWith("blob:"))
      problems.push(`asked ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${server}/dashboard/`);
  return { page, problems };
}

export interface SignedInOptions extends BrowserContextOptions {
  /** Default: the administrator's. */
  readonly token?: string;
}

export async function signedIn(browser: Browser, cluster: Cluster, options: SignedInOptions = {}): Promise<Visit> {
  const { token = credentialsOf(cluster).token, ...context } = options;
  const visited = await visit(browser, cluster, context);
  await visited.page.fill("#credential", token);
  await visited.page.click("button[type=submit]");
  await visited.page.getByRole("main").getByRole("heading", { name: "Overview" }).waitFor();
  return visited;
}

/** Goes where a link of the page would go. */
export const goTo = (page: Page, hash: string): Promise<void> =>
  page.evaluate(`void (location.hash = ${JSON.stringify(hash)})`);

/** Elements that move without interaction, as browsers count it. */
const NOTE_SHIFTS = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node)).join(" | ")]);
    }
  }).observe({ type: "layout-shift", buffered: true });
`;

/** The share of the page that has jumped since the last call, and the elements that did. */
export const jumped = (page: Page): Promise<readonly (readonly [number, string])[]> =>
  page.evaluate("shifts.splice(0)");
