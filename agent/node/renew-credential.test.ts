import { expect, it } from "vitest";
import { renewCredential } from "./renew-credential.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;

it("NODE-RENEW: a node renews its credential weekly, and hourly after a failure", async () => {
  const holder = { token: "first" };
  const answers = ["second", new Error("away"), "third"];
  const traded: string[] = [];
  const slept: number[] = [];
  const messages: string[] = [];
  await renewCredential({
    holder,
    renew: async (token) => {
      traded.push(token);
      const answer = answers.shift() ?? "";
      if (answer instanceof Error) throw answer;
      return answer;
    },
    sleep: async (ms) => slept.push(ms) <= 3,
    log: { info: () => {}, warn: (message) => messages.push(message) },
  });
  expect(traded).toEqual(["first", "second", "second"]);
  expect(slept).toEqual([WEEK_MS, WEEK_MS, HOUR_MS, WEEK_MS]);
  expect(messages).toEqual(["its credential could not be renewed, once more in an hour: away"]);
  expect(holder.token).toBe("third");
});
