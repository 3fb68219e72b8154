/** The pods of a namespace according to a watch, and the lowest number of ready and the highest number of existing ones. */

export interface PodObject {
  readonly metadata: { name: string; deletionTimestamp?: string; labels?: Record<string, string> };
  readonly spec?: { nodeName?: string };
  readonly status?: { conditions?: { type: string; status: string }[] };
}

interface PodSeen {
  readonly bound: boolean;
  readonly ready: boolean;
  readonly ending: boolean;
  readonly generation: string;
}

export class FollowedPods {
  readonly pods = new Map<string, PodSeen>();
  leastReady = Number.POSITIVE_INFINITY;
  mostAlive = 0;
  #ready = 0;
  #alive = 0;

  take(line: string): void {
    if (line.trim() === "") return;
    const { type, object } = JSON.parse(line) as { type: string; object: PodObject };
    const { name, deletionTimestamp, labels } = object.metadata;
    const before = this.pods.get(name);
    const is = (condition: string) =>
      object.status?.conditions?.some((each) => each.type === condition && each.status === "True") ?? false;
    const now =
      type === "DELETED"
        ? undefined
        : {
            bound: object.spec?.nodeName !== undefined,
            ready: is("Ready") && deletionTimestamp === undefined,
            ending: deletionTimestamp !== undefined,
            generation: labels?.["pod-template-hash"] ?? "",
          };
    if (now) this.pods.set(name, now);
    else this.pods.delete(name);
    this.#ready += Number(now?.ready ?? false) - Number(before?.ready ?? false);
    this.#alive += Number(now ? !now.ending : false) - Number(before ? !before.ending : false);
    this.leastReady = Math.min(this.leastReady, this.#ready);
    this.mostAlive = Math.max(this.mostAlive, this.#alive);
  }

  count(is: (pod: PodSeen) => boolean): number {
    let count = 0;
    for (const pod of this.pods.values()) if (is(pod)) count++;
    return count;
  }
}
