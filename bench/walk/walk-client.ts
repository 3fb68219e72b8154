/** A client whose connections and server may break: it learns the outcome of a request, or nothing. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { groupResource } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { Client } from "../rig/client.ts";
import type { Address } from "../rig/target.ts";

export interface Place {
  readonly resource: GroupResource;
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string;
}

export interface Reply {
  readonly status: number;
  readonly object: Stored<KubeObject> & { readonly message?: string; readonly reason?: string };
}

/** A write that the server said it has made. */
export interface Acknowledged {
  readonly method: string;
  readonly resource: GroupResource;
  readonly object: Stored<KubeObject>;
}

const prefixes = new Map(
  resources.map(({ group, version, plural }) => [
    groupResource(group, plural),
    { plural, prefix: group === "" ? `/api/${version}` : `/apis/${group}/${version}` },
  ]),
);

export function pathOf({ resource, namespace, name, subresource }: Place): string {
  const { prefix, plural } = prefixes.get(resource) ?? { prefix: "", plural: resource };
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return [`${prefix}${scope}/${plural}`, name, subresource].filter((part) => part !== undefined).join("/");
}

export class WalkClient {
  readonly #client: Client;
  readonly acknowledged: Acknowledged[] = [];

  constructor(target: Address) {
    this.#client = new Client(target, 64);
  }

  create(place: Place, object: KubeObject): Promise<Reply | undefined> {
    return this.#send("POST", place, object);
  }

  get(place: Place): Promise<Reply | undefined> {
    return this.#send("GET", place);
  }

  patch(place: Place, patch: object, type: "merge" | "strategic-merge" | "json" = "merge"): Promise<Reply | undefined> {
    return this.#send("PATCH", place, patch, `application/${type}-patch+json`);
  }

  delete(place: Place, options: object = {}): Promise<Reply | undefined> {
    return this.#send("DELETE", place, { apiVersion: "v1", kind: "DeleteOptions", ...options });
  }

  cut(): void {
    this.#client.cut();
  }

  close(): void {
    this.#client.close();
  }

  async #send(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    place: Place,
    body?: object,
    type = "application/json",
  ): Promise<Reply | undefined> {
    const headers = body === undefined ? {} : { "content-type": type };
    const request = { method, path: pathOf(place), headers, ...(body && { body }) };
    const answer = await this.#client.attempt(request).catch(() => undefined);
    if (!answer) return undefined;
    const object = parse(answer.text);
    const { resource, subresource } = place;
    // Scales and bindings are not what is stored.
    const isStored = method !== "GET" && object.metadata?.resourceVersion && (!subresource || subresource === "status");
    if (answer.status < 300 && isStored) this.acknowledged.push({ method, resource, object });
    return { status: answer.status, object };
  }
}

function parse(text: string): Reply["object"] {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text } as Reply["object"];
  }
}
