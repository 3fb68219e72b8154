/**
 * Clients write and read the same few objects concurrently, while the control plane is killed and the policy changes;
 * for each object, some order must explain all answers, and revisions must follow time.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Action, isLinearizable, type Operation } from "../../linearizability/linearize.ts";
import { Cluster } from "../rig/cluster.ts";

const KEYS = ["a", "b", "c"];
const CLIENTS = 8;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

interface Answer {
  readonly code: number;
  readonly body: { metadata: { resourceVersion: string }; data?: { v: string }; items?: Answer["body"][] } & {
    metadata: { name: string };
  };
}

class Recorder {
  readonly histories = new Map<string, Operation[]>(KEYS.map((key) => [key, []]));
  /** When each acknowledged write began and ended, by its revision. */
  readonly written: { readonly revision: number; readonly began: number; readonly ended: number }[] = [];
  readonly #kubeconfig = readFileSync(`${cluster.directory}/kubeconfig`, "utf8");
  readonly #agent = new Agent({ keepAlive: true, ca: readFileSync(`${cluster.directory}/ca.crt`) });

  close(): void {
    this.#agent.destroy();
  }

  ask(method: string, path: string, body?: object): Promise<Answer> {
    const field = (name: string) => new RegExp(`${name}: "?([^"\\s]+)`).exec(this.#kubeconfig)?.[1] ?? "";
    const headers = { authorization: `Bearer ${field("token")}`, "content-type": "application/json" };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, field("server")).href, { method, agent: this.#agent, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      call.on("error", reject);
      call.end(body && JSON.stringify(body));
    });
  }

  /** One call, and what it implies for keys. `actions` receives undefined if no answer came. */
  async record(
    call: () => Promise<Answer>,
    actions: (answer: Answer | undefined) => readonly [key: string, action: Action][],
  ): Promise<Answer | undefined> {
    const began = performance.now();
    const answer = await call().catch((error: { code?: string }) =>
      error.code === "ECONNREFUSED" ? "refused" : undefined,
    );
    if (answer === "refused") {
      await sleep(20);
      return undefined;
    }
    const known = answer && answer.code < 500 ? answer : undefined;
    const ended = known ? performance.now() : Number.POSITIVE_INFINITY;
    for (const [key, action] of actions(known)) {
      this.histories.get(key)?.push({ began, ended, action });
      const revision = Number(known?.body.metadata.resourceVersion);
      if (action.do !== "read" && action.do !== "delete" && action.outcome === "done")
        this.written.push({ revision, began, ended });
    }
    return known;
  }
}

const path = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, v: string, resourceVersion?: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels: { app: "history" }, ...(resourceVersion && { resourceVersion }) },
  data: { v },
});

/** What an answer to a write means; undefined: there was no answer. Any other answer fails the test. */
function outcomeOf<T extends string>(answer: Answer | undefined, outcomes: Readonly<Record<number, T>>): T | "unknown" {
  if (!answer) return "unknown";
  const outcome = outcomes[answer.code];
  if (!outcome) throw new Error(`unexpected: ${JSON.stringify(answer)}`);
  return outcome;
}

async function client(id: number, recorder: Recorder, running: () => boolean): Promise<void> {
  /** What this client saw last, which may be outdated by now. */
  const seen = new Map<string, { readonly value: string; readonly version: string }>();
  const see = (key: string, answer: Answer | undefined) => {
    const value = answer?.body.data?.v;
    if (value !== undefined) seen.set(key, { value, version: answer?.body.metadata.resourceVersion ?? "" });
  };
  for (let turn = 0; running(); turn++) {
    const key = KEYS[Math.floor(Math.random() * KEYS.length)] ?? "a";
    const value = `${id}-${turn}`;
    const chance = Math.random();
    const last = seen.get(key);
    if (chance < 0.25) {
      const answer = await recorder.record(
        () => recorder.ask("POST", path, configMap(key, value)),
        (told) => [[key, { do: "create", value, outcome: outcomeOf(told, { 201: "done", 409: "exists" }) }]],
      );
      if (answer?.code === 201) see(key, answer);
    } else if (chance < 0.55 && last) {
      const answer = await recorder.record(
        () => recorder.ask("PUT", `${path}/${key}`, configMap(key, value, last.version)),
        (told) => {
          const outcome = outcomeOf(told, { 200: "done", 409: "conflict", 404: "missing" });
          return [[key, { do: "update", value, ifValue: last.value, outcome }]];
        },
      );
      if (answer?.code === 200) see(key, answer);
    } else if (chance < 0.65) {
      await recorder.record(
        () => recorder.ask("DELETE", `${path}/${key}`),
        (told) => [[key, { do: "delete", outcome: outcomeOf(told, { 200: "done", 404: "missing" }) }]],
      );
    } else if (chance < 0.8) {
      const query = ["", "?labelSelector=app%3Dhistory", "?limit=500"][turn % 3];
      await recorder.record(
        () => recorder.ask("GET", path + query),
        (told) =>
          told
            ? KEYS.map((of) => {
                const found = told.body.items?.find(({ metadata }) => metadata.name === of)?.data?.v;
                return [of, { do: "read", ...(found === undefined ? { found: undefined } : { found }) }];
              })
            : [],
      );
    } else {
      const answer = await recorder.record(
        () => recorder.ask("GET", `${path}/${key}`),
        (told) => (told ? [[key, { do: "read", found: told.body.data?.v }]] : []),
      );
      see(key, answer);
    }
  }
}

test("STORE-LINEAR: concurrent clients see a linearizable history, across kills and policy changes", async () => {
  const recorder = new Recorder();
  let on = true;
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "history" } };
  const changePolicy = async () => {
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    for (; on; await sleep(20)) {
      await recorder.ask("POST", roles, role).catch(() => {});
      await recorder.ask("DELETE", `${roles}/history`).catch(() => {});
    }
  };
  const clients = [...Array.from({ length: CLIENTS }, (_, id) => client(id, recorder, () => on)), changePolicy()];
  for (let kill = 0; kill < 2; kill++) {
    await sleep(1200);
    process.kill(cluster.workerdPid(), "SIGKILL");
  }
  await sleep(1500);
  on = false;
  await Promise.all(clients);
  recorder.close();

  for (const [key, history] of recorder.histories) {
    expect(history.length, `operations on ${key}`).toBeGreaterThan(20);
    expect(isLinearizable(history), `the history of ${key}: ${JSON.stringify(history)}`).toBe(true);
  }
  // There is one log: a write that began after another had ended has a later revision, whatever their keys.
  const byRevision = recorder.written.toSorted((a, b) => a.revision - b.revision);
  let latestBegin = 0;
  const backInTime = byRevision.filter(({ began, ended }) => {
    const before = ended < latestBegin;
    latestBegin = Math.max(latestBegin, began);
    return before;
  });
  expect(backInTime).toEqual([]);
});
