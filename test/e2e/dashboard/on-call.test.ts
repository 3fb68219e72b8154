import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { goTo, hasBrowser } from "./browser.ts";
import { DEPLOYMENT, dashboardCluster } from "./dashboard-cluster.ts";

describe.skipIf(!hasBrowser)("views for on-call work", () => {
  const at = dashboardCluster();

  test("a workload's logs include all its pods, and new pods join", async () => {
    const { page } = await at.signedIn();
    await goTo(page, `${DEPLOYMENT}?tab=logs`);
    const log = page.getByRole("log");
    const speaking = async () => new Set(String(await log.textContent()).match(/(?<=\[)web-[^\]]+/g)).size;
    await expect.poll(speaking, { timeout: 10_000 }).toBe(2);
    await at.cluster.output("scale deployment web --replicas=3");
    await expect.poll(speaking, { timeout: 20_000 }).toBe(3);
    await page.getByRole("status").getByText("following", { exact: false }).waitFor();
    await page.getByLabel("Times").check();
    await expect.poll(() => log.textContent()).toMatch(/^\d{4}-\d\d-\d\dT\S+Z \[web-/m);
    await page.getByLabel("Search the log").fill("line 1 ");
    await page.getByLabel("Only lines that match").uncheck();
    await log.getByText("line 2 ").waitFor();
    expect(await page.evaluate("CSS.highlights.get('found').size")).toBeGreaterThanOrEqual(2);
    await at.cluster.output("scale deployment web --replicas=2");
    await page.context().close();
  });

  test("the logs of a restarted container continue after those of its last run", async () => {
    const again = `${at.cluster.directory}/again`;
    const twice = `test -e ${again} && { echo second; sleep 3600; }; echo first; until test -e ${again}; do sleep 0.1; done`;
    await at.cluster.output(["run", "twice", "--image=busybox", "--command", "--", "/bin/sh", "-c", twice]);
    const { page } = await at.signedIn();
    await goTo(page, "#/object/core/v1/pods/default/twice?tab=logs");
    const messages = () => page.getByRole("log").textContent();
    await expect.poll(messages, { timeout: 10_000 }).toBe("first");
    writeFileSync(again, "");
    await expect.poll(messages, { timeout: 20_000 }).toBe("first\nsecond");
    await page.context().close();
  });

  test("one steps through the matches in a log, and the current one stays in place while lines follow", async () => {
    const { page, problems } = await at.signedIn();
    await goTo(page, `${DEPLOYMENT}?tab=logs`);
    await page.getByLabel("Search the log").fill("line 7 ");
    await page.getByRole("status", { name: "Matches" }).getByText("2 matches").waitFor();
    await page.getByLabel("Only lines that match").uncheck();
    await page.getByRole("log").getByText("line 60 ").waitFor();
    const matches = page.getByRole("status", { name: "Matches" });
    await page.getByLabel("Search the log").press("Enter");
    await matches.getByText("2 of 2").waitFor();
    await page.getByLabel("Search the log").press("Enter");
    await matches.getByText("1 of 2").waitFor();
    await page.getByRole("button", { name: "Previous match" }).click();
    await matches.getByText("2 of 2").waitFor();
    const current = () =>
      page.evaluate<[string, number]>(`(() => {
        const [range] = CSS.highlights.get("current-match");
        return [String(range), Math.round(range.getBoundingClientRect().top)];
      })()`);
    const before = await current();
    const length = String(await page.getByRole("log").textContent()).length;
    await expect.poll(async () => String(await page.getByRole("log").textContent()).length).toBeGreaterThan(length);
    expect(await current()).toEqual(before);
    expect(before[0]).toBe("line 7 ");
    const box = await page.getByRole("log").boundingBox();
    expect(before[1]).toBeGreaterThan(box?.y ?? 0);
    expect(before[1]).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0));
    await page.getByRole("button", { name: "To the end" }).click();
    const below = () =>
      page.evaluate<number>(`(() => {
        const { scrollHeight, scrollTop, clientHeight } = document.querySelector("[role=log]");
        return scrollHeight - scrollTop - clientHeight;
      })()`);
    await page.waitForTimeout(500);
    expect(await below()).toBeLessThan(40);
    expect(await page.getByRole("button", { name: "To the end" }).count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a rollback goes to the chosen revision, and first shows the changes", async () => {
    await at.cluster.output("create deployment past --image=one -- /bin/sleep 3600");
    for (const image of ["two", "three"]) {
      await at.cluster.output("rollout status deployment/past --timeout=30s");
      await at.cluster.output(`set image deployment/past *=${image}`);
    }
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/object/apps/v1/deployments/default/past?tab=history");
    await page.getByRole("heading", { name: "Revision 3, now" }).waitFor();
    await page.getByText("What going back to it changes").last().click();
    await page.locator(".diff .added", { hasText: "image: one" }).waitFor();
    await page.getByRole("button", { name: "Roll back to 1" }).click();
    await page.getByText("kubectl rollout undo deployments.apps/past --to-revision=1 -n default").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Roll back to 1" }).click();
    await page.getByRole("heading", { name: "Revision 4, now" }).waitFor();
    expect(await at.cluster.output("get deployment past -o jsonpath={.spec.template.spec.containers[0].image}")).toBe(
      "one",
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("a CronJob can be triggered by hand, and suspended", async () => {
    await at.cluster.output("create cronjob nightly --image=busybox --schedule=@yearly -- /bin/echo done");
    const { page, problems } = await at.signedIn();
    await goTo(page, "#/object/batch/v1/cronjobs/default/nightly");
    const act = async (name: string) => {
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog").getByRole("button", { name }).click();
    };
    await act("Run now");
    await page
      .getByRole("link", { name: /^nightly-/ })
      .first()
      .waitFor();
    await act("Suspend");
    await page.getByText("@yearly, suspended").waitFor();
    expect(await at.cluster.output("get cronjob nightly -o jsonpath={.spec.suspend}")).toBe("true");
    await act("Resume");
    await page.getByText("@yearly", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
