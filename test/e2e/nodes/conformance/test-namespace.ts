/** A namespace for one check, and the calls that checks of the conformance suite make. */
import type { Container, Pod, PodSpec } from "../../../../api/generated/core.v1.ts";
import type { ObjectMeta } from "../../../../api/generated/meta.v1.ts";
import type { Answer, ClusterClient } from "./cluster-client.ts";

interface Named {
  readonly metadata: ObjectMeta;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** What a check specifies of a pod; the rest is what most pods of the suite have. */
export interface PodPlan extends Omit<Partial<PodSpec>, "containers"> {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly generation?: number;
  readonly containers: readonly Partial<Container>[];
}

const IMAGE = "localhost/busybox:1";

const containerOf = (container: Partial<Container>, index: number): Container => ({
  name: index === 0 ? "main" : `main-${index}`,
  image: IMAGE,
  ...container,
});

export function podOf({
  name,
  labels,
  annotations,
  generation,
  containers,
  initContainers,
  ...spec
}: PodPlan): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels, annotations, generation },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      ...spec,
      containers: containers.map(containerOf),
      ...(initContainers && {
        initContainers: initContainers.map((each) => ({ ...each, image: each.image ?? IMAGE })),
      }),
    },
  };
}

export const script = (text: string): Partial<Container> => ({ command: ["/bin/sh", "-c", text] });

export const isRunning = ({ status }: Pod): boolean => status.phase === "Running";
export const hasEnded = ({ status }: Pod): boolean => status.phase === "Succeeded" || status.phase === "Failed";
export const conditionOf = ({ status }: Pod, type: string) => status.conditions?.find((each) => each.type === type);
export const isReady = (pod: Pod): boolean => conditionOf(pod, "Ready")?.status === "True";
export const restartsOf = ({ status }: Pod): number => status.containerStatuses?.[0]?.restartCount ?? 0;

const PATCH = "application/strategic-merge-patch+json";

export class TestNamespace {
  readonly name: string;
  readonly client: ClusterClient;

  constructor(client: ClusterClient, name: string) {
    this.client = client;
    this.name = name;
  }

  /** `pods` of the core group, `apps/v1/daemonsets` of others. */
  path(resource: string, name?: string): string {
    const [plural = "", version, group] = resource.split("/").reverse();
    const prefix = group === undefined ? "/api/v1" : `/apis/${group}/${version}`;
    return `${prefix}/namespaces/${this.name}/${plural}${name === undefined ? "" : `/${name}`}`;
  }

  async create<T extends Named>(resource: string, object: unknown): Promise<T> {
    return parse(await this.client.call("POST", this.path(resource), { body: object }), resource);
  }

  createPod(plan: PodPlan): Promise<Pod> {
    return this.create<Pod>("pods", podOf(plan));
  }

  configMap(name: string, data: Record<string, string>, more: object = {}): Promise<Named> {
    return this.create("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data, ...more });
  }

  secret(name: string, stringData: Record<string, string>): Promise<Named> {
    return this.create("secrets", { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData });
  }

  async get<T extends Named = Pod>(resource: string, name: string): Promise<T> {
    return parse(await this.client.call("GET", this.path(resource, name)), resource);
  }

  async list<T extends Named = Pod>(resource: string, query = ""): Promise<readonly T[]> {
    const { status, text } = await this.client.call("GET", `${this.path(resource)}${query}`);
    if (status !== 200) throw new Error(`list ${resource}: ${status} ${text}`);
    return JSON.parse(text).items;
  }

  async patch<T extends Named = Pod>(resource: string, name: string, body: unknown): Promise<T> {
    return parse(await this.client.call("PATCH", this.path(resource, name), { body, type: PATCH }), resource);
  }

  /** Reads, changes and writes; retries on conflicts. */
  async update<T extends Named = Pod>(resource: string, name: string, change: (object: T) => unknown): Promise<T> {
    for (;;) {
      const changed = change(structuredClone(await this.get<T>(resource, name)));
      const answer = await this.client.call("PUT", this.path(resource, name), { body: changed });
      if (answer.status !== 409) return parse(answer, resource);
    }
  }

  delete(resource: string, name: string, options: object = {}): Promise<Answer> {
    return this.client.call("DELETE", this.path(resource, name), {
      body: { kind: "DeleteOptions", apiVersion: "v1", ...options },
    });
  }

  /** Watch events of a resource's objects; `query` says from where. */
  async *watch<T extends Named = Pod>(
    resource: string,
    query: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    for await (const line of this.client.lines(`${this.path(resource)}?watch=1&${query}`, signal))
      yield JSON.parse(line);
  }

  /** Returns the object as soon as it is as wanted; fails with its last state. */
  async until<T extends Named = Pod>(
    resource: string,
    name: string,
    isWanted: (object: T) => boolean,
    seconds = 60,
  ): Promise<T> {
    const stop = AbortSignal.timeout(seconds * 1000);
    const own = new AbortController();
    let last: unknown;
    try {
      const query = `fieldSelector=metadata.name%3D${name}`;
      for await (const { type, object } of this.watch<T>(resource, query, AbortSignal.any([stop, own.signal]))) {
        last = object;
        if (type !== "DELETED" && isWanted(object)) return object;
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      own.abort();
    }
    throw new Error(`${resource}/${name} never became as wanted (${isWanted}): ${JSON.stringify(last)}`);
  }

  async untilGone(resource: string, name: string, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while ((await this.client.call("GET", this.path(resource, name))).status !== 404) {
      if (Date.now() > end) throw new Error(`${resource}/${name} is not gone after ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async log(pod: string, container?: string, query = ""): Promise<string> {
    const of = container === undefined ? "" : `&container=${container}`;
    const { status, text } = await this.client.call("GET", `${this.path("pods", pod)}/log?${query}${of}`);
    if (status !== 200) throw new Error(`log of ${pod}: ${status} ${text}`);
    return text;
  }

  /** Creates the pod, waits for its end, which must be `phase`, and returns its first container's log. */
  async output(plan: PodPlan, phase: "Succeeded" | "Failed" = "Succeeded"): Promise<string> {
    await this.createPod(plan);
    const pod = await this.until("pods", plan.name, hasEnded);
    const text = await this.log(plan.name, pod.spec.containers[0]?.name);
    if (pod.status.phase !== phase)
      throw new Error(`${plan.name} ended ${pod.status.phase}: ${text} ${JSON.stringify(pod.status)}`);
    return text;
  }

  /** Runs a command in the pod and returns its output; fails if the command does. */
  exec(pod: string, text: string, container?: string): Promise<string> {
    const query = new URLSearchParams({ stdout: "1", stderr: "1", ...(container && { container }) });
    for (const word of ["/bin/sh", "-c", text]) query.append("command", word);
    const socket = this.client.socket(`${this.path("pods", pod)}/exec?${query}`, "v5.channel.k8s.io");
    return new Promise((resolve, reject) => {
      let output = "";
      let status = "";
      socket.on("message", (bytes: Buffer) => {
        if (bytes[0] === 3) status += bytes.subarray(1);
        else output += bytes.subarray(1);
      });
      socket.on("error", reject);
      socket.on("close", () =>
        status.includes('"Success"') ? resolve(output) : reject(new Error(`${text} in ${pod}: ${output}${status}`)),
      );
    });
  }
}

function parse<T>({ status, text }: Answer, resource: string): T {
  if (status >= 300) throw new Error(`${resource}: ${status} ${text}`);
  return JSON.parse(text);
}
