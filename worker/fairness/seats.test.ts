import fc from "fast-check";
import { expect, test } from "vitest";
import type { PriorityLevel, PriorityLevels } from "./priority-levels.ts";
import { type Entrance, Seats } from "./seats.ts";

const level = (name: string, over: Partial<PriorityLevel> = {}): PriorityLevel => ({
  ...{ name, nominal: 10, kept: 10, most: 10, maxWaitingOfFlow: 20, maxWaiting: 100 },
  ...over,
});

/** The requests of a test, and what became of them, by number. */
function newServer(...configured: PriorityLevel[]) {
  let now = 0;
  const levels: PriorityLevels = new Map(configured.map((each) => [each.name, each]));
  const seats = new Seats(() => now);
  const entrances: Entrance[] = [];
  const seated: number[] = [];
  const enter = (name: string, { flow = "ann", count = 1 } = {}): number => {
    const claimed = levels.get(name);
    if (!claimed) throw new Error(`no level ${name}`);
    const entrance = seats.enter({ level: claimed, flow, seats: count }, levels);
    const index = entrances.push(entrance) - 1;
    if (entrance.kind === "seated") seated.push(index);
    else if (entrance.kind === "waiting") void entrance.seated.then((isSeated) => isSeated && seated.push(index));
    return index;
  };
  const leave = async (index: number) => {
    const entrance = entrances[index];
    if (entrance?.kind !== "refused") entrance?.leave();
    await settled();
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const taken = () => Object.fromEntries([...seats.usages()].map((each) => [each.level.name, each.taken]));
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { seats, enter, leave, settled, entrances, seated, taken, pass };
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

test("FAIR-LEVEL: a level has so many seats, and the next request waits for one", async () => {
  const { enter, leave, seated } = newServer(level("low"), level("high"));
  times(10, () => enter("low"));
  const next = enter("low");
  expect(enter("high")).toBe(11);
  expect(seated).toEqual([...times(10, (i) => i), 11]);
  await leave(3);
  expect(seated.at(-1)).toBe(next);
});

test("FAIR-LEVEL: a level of type Reject refuses at once, and so does one where too many wait", () => {
  const { enter, entrances } = newServer(
    level("reject", { maxWaiting: 0, maxWaitingOfFlow: 0 }),
    level("queue", { maxWaiting: 3, maxWaitingOfFlow: 2 }),
  );
  for (const name of ["reject", "queue"]) times(10, () => enter(name));
  const kind = (name: string, flow: string) => entrances[enter(name, { flow })]?.kind;
  expect(kind("reject", "ann")).toBe("refused");
  expect(times(3, () => kind("queue", "ann"))).toEqual(["waiting", "waiting", "refused"]);
  expect(times(2, () => kind("queue", "bob"))).toEqual(["waiting", "refused"]);
});

test("FAIR-LEVEL: flows take turns, however many requests one of them has", async () => {
  const { enter, leave, seated } = newServer(level("low", { nominal: 1, kept: 1, most: 1 }));
  const first = enter("low");
  const anns = times(5, () => enter("low", { flow: "ann" }));
  const bobs = times(2, () => enter("low", { flow: "bob" }));
  for (let last = first; seated.length < 8; last = seated.at(-1) ?? first) await leave(last);
  expect(seated).toEqual([first, anns[0], bobs[0], anns[1], bobs[1], anns[2], anns[3], anns[4]]);
});

test("FAIR-LEVEL: a flow that has no more than one request waiting, but always one, does not get every turn", async () => {
  const { enter, leave, seated } = newServer(level("low", { nominal: 1, kept: 1, most: 1 }));
  let last = enter("low");
  const anns = times(5, () => enter("low", { flow: "ann" }));
  while (seated.length < 8) {
    if (!anns.includes(last)) enter("low", { flow: "bob" });
    await leave(last);
    last = seated.at(-1) ?? last;
  }
  const turns = seated.slice(1).map((index) => (anns.includes(index) ? "ann" : "bob"));
  expect(turns).toEqual(["ann", "bob", "ann", "bob", "ann", "bob", "ann"]);
});

test("FAIR-LEVEL: who gives up lets those pass that need less", async () => {
  const { enter, entrances, settled, seated } = newServer(level("low", { nominal: 4, kept: 4, most: 4 }));
  enter("low", { count: 2 });
  const large = entrances[enter("low", { count: 4 })];
  const small = enter("low", { count: 2 });
  expect(seated).toEqual([0]);
  if (large?.kind === "waiting") large.giveUp();
  await settled();
  expect(seated).toEqual([0, small]);
});

test("FAIR-LEVEL: a flow is charged for the seats that it takes", async () => {
  const { enter, leave, seated } = newServer(level("low", { nominal: 4, kept: 4, most: 4 }));
  const first = enter("low", { count: 4 });
  const lists = times(2, () => enter("low", { flow: "ann", count: 4 }));
  const gets = times(6, () => enter("low", { flow: "bob" }));
  await leave(first);
  await leave(lists[0] ?? 0);
  expect(seated).toEqual([first, lists[0], ...gets.slice(0, 4)]);
});

test("FAIR-LEVEL: seats that are not needed are lent, and come back before anybody borrows more", async () => {
  const lending = { kept: 2, most: 30 };
  const { enter, leave, taken } = newServer(level("low", lending), level("high", lending));
  const high = times(19, () => enter("high"));
  expect(taken()).toEqual({ high: 18 });
  times(4, () => enter("low"));
  expect(taken()).toEqual({ high: 18, low: 2 });
  await leave(high[0] ?? 0);
  expect(taken()).toEqual({ high: 17, low: 3 });
  await leave(high[1] ?? 0);
  expect(taken()).toEqual({ high: 16, low: 4 });
  await leave(high[2] ?? 0);
  expect(taken()).toEqual({ high: 16, low: 4 });
});

test("FAIR-LEVEL: a level without seats serves nobody, and who gives up waits no more", async () => {
  const { enter, entrances, settled, seated } = newServer(level("jail", { nominal: 0, kept: 0, most: 0 }));
  const entrance = entrances[enter("jail")];
  expect(entrance?.kind).toBe("waiting");
  if (entrance?.kind !== "waiting") return;
  entrance.giveUp();
  expect(await entrance.seated).toBe(false);
  entrance.leave();
  await settled();
  expect(seated).toEqual([]);
});

test("FAIR-LEVEL: the seats of a request that the platform has ended are free again after its longest time", async () => {
  const { seats, enter, pass, settled, seated } = newServer(level("low", { nominal: 1, kept: 1, most: 1 }));
  enter("low");
  pass(64_000);
  const next = enter("low");
  seats.expire();
  await settled();
  expect(seated).toEqual([0]);
  pass(1000);
  seats.expire();
  await settled();
  expect(seated).toEqual([0, next]);
});

test("FAIR-LEVEL: who waits and has been ended by the platform gets no seats", async () => {
  const { enter, entrances, leave, pass, seated } = newServer(level("low", { nominal: 1, kept: 1, most: 1 }));
  const first = enter("low");
  enter("low");
  const next = enter("low");
  pass(4000);
  const entrance = entrances[next];
  if (entrance?.kind === "waiting") expect(entrance.ask()).toBe(false);
  pass(1000);
  await leave(first);
  expect(seated).toEqual([first, next]);
});

const steps = fc.array(
  fc.record({
    level: fc.constantFrom("a", "b", "c"),
    flow: fc.constantFrom("ann", "bob"),
    count: fc.integer({ min: 1, max: 4 }),
    /** The request that leaves or gives up instead, if there is one. */
    ends: fc.option(fc.nat(30), { nil: undefined }),
  }),
  { maxLength: 80 },
);

test("FAIR-LEVEL: no level has more than it may, all have no more than there is, and who waits for what is kept gets it", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const levels = [
        level("a", { nominal: 6, kept: 3, most: 9 }),
        level("b", { nominal: 8, kept: 8, most: 8 }),
        level("c", { nominal: 4, kept: 0, most: 18 }),
      ];
      const { seats, enter, leave, entrances } = newServer(...levels);
      for (const { level: name, flow, count, ends } of sequence) {
        const ending = ends === undefined ? undefined : entrances[ends];
        if (ending?.kind === "waiting") ending.giveUp();
        if (ends !== undefined && ending) await leave(ends);
        else enter(name, { flow, count });
        const usages = [...seats.usages()];
        for (const { level, taken } of usages) expect(taken).toBeLessThanOrEqual(level.most);
        expect(usages.reduce((sum, { taken }) => sum + taken, 0)).toBeLessThanOrEqual(18);
        for (const usage of usages)
          if (usage.waiting > 0)
            expect(usage.taken + (usage.next()?.claim.seats ?? 0)).toBeGreaterThan(usage.level.kept);
      }
      for (const index of entrances.keys()) await leave(index);
      for (const index of entrances.keys()) await leave(index);
      expect([...seats.usages()].map(({ taken, waiting }) => [taken, waiting])).toEqual(
        [...seats.usages()].map(() => [0, 0]),
      );
    }),
  );
});
