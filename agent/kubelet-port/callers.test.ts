import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TokenReview } from "../../api/generated/authentication.v1.ts";
import type { SubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { Callers } from "./callers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const user = { username: "scraper" };

/** An API server that knows every token, and the reviews that it was asked for. */
function callersOf(isAllowed: () => boolean, answered: Promise<void> = Promise.resolve()) {
  const reviews: string[] = [];
  const create = async (_: unknown, review: TokenReview | SubjectAccessReview) => {
    const isToken = "token" in review.spec;
    reviews.push(isToken ? "who" : "may");
    await answered;
    return { ok: true, object: { status: isToken ? { authenticated: true, user } : { allowed: isAllowed() } } };
  };
  return { reviews, callers: new Callers({ create } as unknown as Pick<ApiClient, "create">, "n") };
}

it("AGENT-PORT: who somebody is is reviewed again after two minutes", async () => {
  const { callers, reviews } = callersOf(() => true);
  await callers.identify("t");
  vi.advanceTimersByTime(119_000);
  await callers.identify("t");
  expect(reviews).toEqual(["who"]);
  vi.advanceTimersByTime(2000);
  await callers.identify("t");
  expect(reviews).toEqual(["who", "who"]);
});

it.each([
  [true, 300_000],
  [false, 30_000],
])("AGENT-PORT: a permission (%s) is reviewed again after %i ms", async (allowed, ms) => {
  let isAllowed = allowed;
  const { callers } = callersOf(() => isAllowed);
  const asked = () => callers.permits(user, "get", "metrics");
  expect(await asked()).toBe(allowed);
  isAllowed = !allowed;
  vi.advanceTimersByTime(ms - 1000);
  expect(await asked()).toBe(allowed);
  vi.advanceTimersByTime(2000);
  expect(await asked()).toBe(!allowed);
});

it("AGENT-PORT: of 17 unknown tokens at once the last is refused, and reviewed when others have been", async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { callers, reviews } = callersOf(() => true, answered);
  const first = Array.from({ length: 16 }, (_, i) => callers.identify(`t${i}`));
  await expect(callers.identify("t16")).rejects.toMatchObject({ response: { code: 429 } });
  answer();
  await Promise.all(first);
  expect([await callers.identify("t16"), reviews.length]).toEqual([user, 17]);
});

it("AGENT-PORT: of many tokens the oldest is forgotten", async () => {
  const { callers, reviews } = callersOf(() => true);
  for (let i = 0; i <= 1024; i++) await callers.identify(`t${i}`);
  await callers.identify("t1024");
  expect(reviews.length).toBe(1025);
  await callers.identify("t0");
  expect(reviews.length).toBe(1026);
});
