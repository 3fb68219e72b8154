import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../worker/env.ts";

const { SCHEDULER } = env as Env;

test("the alarm of a loop's object wakes its loop", async () => {
  const scheduler = SCHEDULER.getByName("alarmed");
  await runInDurableObject(scheduler, (_, { storage }) => storage.setAlarm(Date.now() + 1_000_000));
  expect(await scheduler.metrics()).toBe("");
  expect(await runDurableObjectAlarm(scheduler)).toBe(true);
  expect(await scheduler.metrics()).toContain("scheduler_");
});
