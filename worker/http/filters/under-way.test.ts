import { expect, test } from "vitest";
import { inTurn } from "./under-way.ts";

const ann = { name: "ann", groups: ["system:authenticated"] };
const bob = { name: "bob", groups: ["system:authenticated"] };
const admin = { name: "admin", groups: ["system:masters"] };
let made = 0;

/** Requests that are served until they are told to end. */
function newServer(cluster = `c${made++}`) {
  const open: (() => void)[] = [];
  const ask = (user: typeof ann, verb = "get") =>
    inTurn({ user, cluster, verb }, () => new Promise<"served">((end) => open.push(() => end("served")))).catch(
      (error) => error.status.code as number,
    );
  const many = (count: number, user: typeof ann, verb?: string) => Array.from({ length: count }, () => ask(user, verb));
  const end = () => {
    for (const each of open.splice(0)) each();
  };
  return { ask, many, end };
}

test("FAIR-USER: so many requests of one user are under way, more are 429, and others are served", async () => {
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

test("FAIR-USER: lists count for ten; administrators are not counted", async () => {
  const { ask, many, end } = newServer("default");
  const lists = many(30, ann, "list");
  expect(await ask(ann)).toBe(429);
  const admins = many(1000, admin);
  end();
  expect(await Promise.all([...lists, ...admins])).toEqual(Array(1030).fill("served"));
});

test("FAIR-CLUSTER: a cluster beside the default one has a bound for all its users, administrators too", async () => {
  const { ask, many, end } = newServer();
  const first = many(1500, admin);
  expect(await ask(bob)).toBe(429);
  const elsewhere = newServer();
  const other = elsewhere.ask(bob);
  end();
  elsewhere.end();
  expect(await Promise.all([...first, other])).toEqual(Array(1501).fill("served"));
});
