import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ApiRequest, ApiResponse, TakeAnswer } from "../../api/api-request.ts";
import { Rounds } from "./rounds.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Begun {
  readonly paths: string[];
  readonly answer: (codes: number[] | Error) => void;
  readonly answerOne: TakeAnswer;
}

/**
 * Rounds of `most` requests, in which urgent requests are marked as such. The test answers them and controls when the
 * network is polled.
 */
function rounds(most = 2) {
  const begun: Begun[] = [];
  const looks: (() => void)[] = [];
  const all = new Rounds({
    maxPerRound: most,
    isUrgent: ({ path }) => path.startsWith("urgent"),
    isLong: ({ path }) => path.startsWith("long"),
    send: (requests: readonly ApiRequest[], answerOne: TakeAnswer) =>
      new Promise<readonly ApiResponse[]>((resolve, reject) => {
        begun.push({
          paths: requests.map(({ path }) => path),
          answerOne,
          answer: (codes) =>
            codes instanceof Error ? reject(codes) : resolve(codes.map((code) => ({ code, body: "" }))),
        });
      }),
    pause: () => new Promise((resolve) => looks.push(resolve)),
  });
  const ask = (path: string) =>
    all.send({ method: "GET", path, headers: {} }).then(
      ({ code }) => code,
      ({ message }: Error) => message,
    );
  return { begun, looks, ask };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test("LINK-ROUNDS, CTL-ROUNDS: a round has a limited number of requests, and the next starts after a network check; a failed request makes room too", async () => {
  const { begun, looks, ask } = rounds();
  const answers = ["a", "b", "c", "d", "e"].map(ask);
  await settle();
  expect(begun.map(({ paths }) => paths)).toEqual([["a", "b"]]);
  begun[0]?.answer([200, 404]);
  expect(await Promise.all(answers.slice(0, 2))).toEqual([200, 404]);
  await settle();
  expect(begun).toHaveLength(1);
  looks[0]?.();
  await settle();
  expect(begun[1]?.paths).toEqual(["c", "d"]);
  begun[1]?.answer(new Error("lost"));
  expect(await Promise.all(answers.slice(2, 4))).toEqual(["lost", "lost"]);
  await settle();
  looks[1]?.();
  await settle();
  begun[2]?.answer([]);
  expect(await answers[4]).toBe("the API did not answer");
});

test("sequential requests need no network check until a round's limit is reached", async () => {
  const { begun, looks, ask } = rounds();
  for (const path of ["a", "b"]) {
    const answer = ask(path);
    await settle();
    begun.at(-1)?.answer([200]);
    expect(await answer).toBe(200);
  }
  void ask("c");
  await settle();
  expect([begun.length, looks.length]).toEqual([2, 1]);
});

test("a slow round is waited for, but not forever", async () => {
  const { begun, looks, ask } = rounds();
  const answers = ["slow", "b", "c"].map(ask);
  await vi.advanceTimersByTimeAsync(50);
  expect(looks).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(100);
  looks[0]?.();
  await settle();
  begun[1]?.answer([201]);
  expect(await answers[2]).toBe(201);
  begun[0]?.answer([200, 200]);
  expect(await answers[0]).toBe(200);
});

test("LINK-ROUNDS: urgent requests go first, and leave a quarter of a round to the others", async () => {
  const { begun, looks, ask } = rounds(4);
  for (const path of ["a", "b", "c", "urgent 1", "urgent 2", "urgent 3", "urgent 4"]) void ask(path);
  await settle();
  expect(begun[0]?.paths).toEqual(["urgent 1", "urgent 2", "urgent 3", "a"]);
  begun[0]?.answer([200, 200, 200, 200]);
  await settle();
  looks[0]?.();
  await settle();
  expect(begun[1]?.paths).toEqual(["urgent 4", "b", "c"]);
});

test("CTL-ALONE: a request that may take long has a call of its own, for which no other answer waits", async () => {
  const { begun, looks, ask } = rounds(3);
  const answers = ["a", "long", "b"].map(ask);
  await settle();
  expect(begun.map(({ paths }) => paths)).toEqual([["a", "b"], ["long"]]);
  begun[0]?.answer([200, 200]);
  expect([await answers[0], await answers[2]]).toEqual([200, 200]);
  begun[1]?.answer([503]);
  expect(await answers[1]).toBe(503);
  await settle();
  expect(looks).toHaveLength(1);
});

test("CTL-ROUNDS, LINK-ROUNDS: an answer that is told early waits for no other of its round", async () => {
  const { begun, ask } = rounds(2);
  const [slow, fast] = ["slow", "fast"].map(ask);
  await settle();
  begun[0]?.answerOne(1, { code: 201, body: "" });
  expect(await fast).toBe(201);
  begun[0]?.answer([200, 201]);
  expect(await slow).toBe(200);
});
