import { describe, expect, test } from "vitest";
import { limitInFlight } from "./in-flight.ts";

const ann = { name: "ann", groups: ["system:authenticated"] };
const bob = { name: "bob", groups: ["system:authenticated"] };
const admin = { name: "admin", groups: ["system:masters"] };
let made = 0;

/** Requests that are being served until the test ends them. */
function newServer(cluster = `c${made++}`) {
  const open: (() => void)[] = [];
  const ask = (user: typeof ann, verb = "get", bodyBytes = 0) =>
    limitInFlight(
      { user, cluster, verb, bodyBytes },
      () => new Promise<"served">((end) => open.push(() => end("served"))),
    ).catch((error) => error.status.code as number);
  const many = (count: number, user: typeof ann, verb?: string) => Array.from({ length: count }, () => ask(user, verb));
  const end = () => {
    for (const each of open.splice(0)) each();
  };
  return { ask, many, end };
}

test("FAIR-USER: a user may have a limited number of concurrent requests, more are 429, and others are served", async () => {
  const { ask, many, end } = newServer("default");
  const first = many(300, ann);
  expect(await ask(ann)).toBe(429);
  const other = ask(bob);
  end();
  expect(await Promise.all([...first, other])).toEqual(Array(301).fill("served"));
  const again = ask(ann);
  end();
  expect(await again).toBe("served");
});

test("FAIR-USER: a list counts as ten requests; administrators are not limited", async () => {
  const { ask, many, end } = newServer("default");
  const lists = many(30, ann, "list");
  expect(await ask(ann)).toBe(429);
  const admins = many(1000, admin);
  end();
  expect(await Promise.all([...lists, ...admins])).toEqual(Array(1030).fill("served"));
});

test("FAIR-CLUSTER: a named cluster has a limit for all its users, including administrators", async () => {
  const { ask, many, end } = newServer();
  const first = many(1500, admin);
  expect(await ask(bob)).toBe(429);
  const elsewhere = newServer();
  const other = elsewhere.ask(bob);
  end();
  elsewhere.end();
  expect(await Promise.all([...first, other])).toEqual(Array(1501).fill("served"));
});

test("FAIR-USER: a body counts once for each 16 KiB", async () => {
  const { ask, end } = newServer("default");
  const large = [ask(ann, "create", 3 * 1024 * 1024), ask(ann, "update", 1024 * 1024)];
  expect(await ask(ann, "create", 1024 * 1024)).toBe(429);
  const small = ask(ann, "create", 1000);
  end();
  expect(await Promise.all([...large, small])).toEqual(["served", "served", "served"]);
});

describe("FAIR-USER: an answer that is read slowly counts as in progress", () => {
  const chunks = ["a", "b", "c"].map((text) => new TextEncoder().encode(text));
  const streamOf = () => new ReadableStream<Uint8Array>({ start: fill });
  const fill = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    for (const chunk of chunks) controller.enqueue(chunk);
    controller.close();
  };
  const list = (cluster: string, body = streamOf()) =>
    limitInFlight({ user: ann, cluster, verb: "list", bodyBytes: 0 }, async (turn) => turn.holdUntilRead(body)).catch(
      (error) => error.status.code as number,
    );
  const lists = async (cluster: string) => {
    const all = await Promise.all(Array.from({ length: 30 }, () => list(cluster)));
    return all.filter((each) => typeof each !== "number");
  };

  test("until its end", async () => {
    const answers = await lists("reads");
    expect(answers).toHaveLength(30);
    const reader = answers[0]?.getReader();
    for (const _ of chunks) await reader?.read();
    expect(await list("reads")).toBe(429);
    expect((await reader?.read())?.done).toBe(true);
    expect(await new Response((await list("reads")) as ReadableStream).text()).toBe("abc");
  });

  test("until its client leaves", async () => {
    const [first] = await lists("leaves");
    expect(await list("leaves")).toBe(429);
    await first?.cancel();
    expect(await list("leaves")).toBeInstanceOf(ReadableStream);
  });

  test("until it fails", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("gone")) });
    const answer = (await list("breaks", broken)) as ReadableStream;
    await expect(answer.getReader().read()).rejects.toThrow("gone");
    expect(await lists("breaks")).toHaveLength(30);
  });
});
