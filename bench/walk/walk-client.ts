/** A client whose connections and server may break: it learns the outcome of a request, or nothing. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { groupResource } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { Client } from "../rig/client.ts";
import type { Address } from "../rig/target.ts";
import { GADGETS } from "./gadgets.ts";
import type { Ledger } from "./ledger.ts";

export interface Place {
  readonly resource: GroupResource;
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string;
  /** Absent: the one in which it is stored. */
  readonly version?: string;
  readonly query?: string;
}

export interface Reply {
  readonly status: number;
  readonly object: Stored<KubeObject> & { readonly message?: string; readonly reason?: string };
}

export interface Asking {
  readonly ledger: Ledger;
  /** Absent: the administrator. */
  readonly user?: string;
  /** The manager of the fields that it writes. */
  readonly manager?: string;
}

export interface Applying {
  readonly manager: string;
  readonly force: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const kinds = [...resources, GADGETS];
const byResource = new Map(kinds.map((kind) => [groupResource(kind.group, kind.plural), kind]));

export function pathOf({ resource, namespace, name, subresource, version, query }: Place): string {
  const kind = byResource.get(resource);
  if (!kind) throw new Error(`there are no ${resource}`);
  const api = `${kind.group === "" ? "/api" : `/apis/${kind.group}`}/${version ?? kind.version}`;
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const path = [`${api}${scope}/${kind.plural}`, name, subresource].filter((part) => part !== undefined).join("/");
  return query === undefined ? path : `${path}?${query}`;
}

export class WalkClient {
  readonly ledger: Ledger;
  readonly #client: Client;
  readonly #user: string | undefined;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(target: Address, { ledger, user, manager = "walk" }: Asking) {
    this.#client = new Client(target, 64);
    this.ledger = ledger;
    this.#user = user;
    this.#headers = { "user-agent": manager, ...(user !== undefined && { "impersonate-user": user }) };
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

  replace(place: Place, object: KubeObject): Promise<Reply | undefined> {
    return this.#send("PUT", place, object);
  }

  /** Server-side apply. */
  apply(place: Place, object: KubeObject, { manager, force }: Applying): Promise<Reply | undefined> {
    const query = `fieldManager=${manager}&force=${force}`;
    return this.#send("PATCH", { ...place, query }, object, "application/apply-patch+yaml");
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

  async #send(method: Method, place: Place, body?: object, type = "application/json"): Promise<Reply | undefined> {
    const headers = { ...this.#headers, ...(body !== undefined && { "content-type": type }) };
    const request = { method, path: pathOf(place), headers, ...(body && { body }) };
    const since = this.ledger.revision;
    const answer = await this.#client.attempt(request).catch(() => undefined);
    if (!answer) return undefined;
    const object = parse(answer.text);
    const { resource, subresource, namespace } = place;
    const user = this.#user;
    // Scales and bindings are not what is stored.
    const isStored = method !== "GET" && object.metadata?.resourceVersion && (!subresource || subresource === "status");
    if (answer.status < 300 && isStored) this.ledger.accept({ method, resource, object, user });
    if (answer.status === 403 || answer.status === 422)
      this.ledger.refusals.push({ method, resource, namespace, user, since, at: Date.now(), message: object.message });
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
