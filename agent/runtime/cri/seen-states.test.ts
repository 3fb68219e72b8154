import { describe, expect, it } from "vitest";
import { SeenStates } from "./seen-states.ts";

const listed = (id: string, uid: string, state: string) => ({ id, state, labels: { "io.kubernetes.pod.uid": uid } });

describe("states as they were seen", () => {
  it("are not news to a listener that has seen them", () => {
    const seen = new SeenStates();
    seen.replaceOf("one", { containers: [listed("c", "one", "RUNNING")], sandboxes: [listed("s", "one", "READY")] });
    const all = {
      containers: [listed("c", "one", "RUNNING"), listed("d", "two", "RUNNING")],
      sandboxes: [listed("s", "one", "READY")],
    };
    expect([...seen.replace(all)]).toEqual(["two"]);
    expect([...seen.replace(all)]).toEqual([]);
    expect(seen.get("s")).toMatchObject({ uid: "one", kind: "sandbox" });
  });

  it("are news if they differ, or if their container is gone", () => {
    const seen = new SeenStates();
    seen.replaceOf("one", { containers: [listed("c", "one", "RUNNING")], sandboxes: [] });
    seen.replaceOf("two", { containers: [listed("d", "two", "RUNNING")], sandboxes: [] });
    expect([...seen.replace({ containers: [listed("c", "one", "EXITED")], sandboxes: [] })]).toEqual(["one", "two"]);
  });

  it("of a pod are those of its last look, and leave other pods' alone", () => {
    const seen = new SeenStates();
    seen.replaceOf("one", { containers: [listed("c", "one", "RUNNING")], sandboxes: [] });
    seen.replaceOf("two", { containers: [listed("d", "two", "RUNNING")], sandboxes: [] });
    seen.replaceOf("one", { containers: [], sandboxes: [] });
    expect([seen.get("c"), seen.get("d")?.uid]).toEqual([undefined, "two"]);
  });

  it("know what is being ended, until that has ended or could not be", async () => {
    const seen = new SeenStates();
    let end = () => {};
    const ended = seen.ending("c", new Promise((resolve) => (end = resolve)));
    expect(seen.isEnding("c")).toBe(true);
    end();
    await ended;
    expect(seen.isEnding("c")).toBe(false);
    await expect(seen.ending("c", Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(seen.isEnding("c")).toBe(false);
  });
});
