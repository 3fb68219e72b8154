import { describe, expect, it } from "vitest";
import { SeenStates } from "./seen-states.ts";

const listed = (id: string, uid: string, state: string) => ({ id, state, labels: { "io.kubernetes.pod.uid": uid } });

describe("observed states", () => {
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

  it("are news if they differ or their container is gone", () => {
    const seen = new SeenStates();
    seen.replaceOf("one", { containers: [listed("c", "one", "RUNNING")], sandboxes: [] });
    seen.replaceOf("two", { containers: [listed("d", "two", "RUNNING")], sandboxes: [] });
    expect([...seen.replace({ containers: [listed("c", "one", "EXITED")], sandboxes: [] })]).toEqual(["one", "two"]);
  });

  it("are replaced per pod", () => {
    const seen = new SeenStates();
    seen.replaceOf("one", { containers: [listed("c", "one", "RUNNING")], sandboxes: [] });
    seen.replaceOf("two", { containers: [listed("d", "two", "RUNNING")], sandboxes: [] });
    seen.replaceOf("one", { containers: [], sandboxes: [] });
    expect([seen.get("c"), seen.get("d")?.uid]).toEqual([undefined, "two"]);
  });

  it("mark what is being stopped until that succeeds or fails", async () => {
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
