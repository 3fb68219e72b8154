/** Webhooks that come and go: they allow, refuse, change, stall, break, or are not there at all. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { createAuthority, createServingCertificate } from "../../cli/control-plane/certificates.ts";
import { type Actor, type ActorOptions, NAMESPACES, outcome } from "./actor.ts";
import { MUTATED, OPERATIONS, TARGETS } from "./admission-targets.ts";
import { insist } from "./insist.ts";

const REGISTRATION = "admissionregistration.k8s.io";
/** Their resources. */
export const WEBHOOKS = {
  validating: `validatingwebhookconfigurations.${REGISTRATION}`,
  mutating: `mutatingwebhookconfigurations.${REGISTRATION}`,
} as const;
const NAMES = ["a", "b"] as const;
/** Of the webhook: it stalls for longer. */
const TIMEOUT_S = 1;
const BEHAVIOURS = { allow: 3, deny: 3, mark: 3, slow: 2, stall: 1, break: 1, absent: 1 } as const;
type Behaviour = keyof typeof BEHAVIOURS;

interface Review {
  readonly request: { readonly uid: string; readonly object?: KubeObject | null };
}

/** The program behind the webhooks, whose behaviour the path names. */
export class WebhookServer {
  readonly #authority = createAuthority(new Date());
  readonly #server: Server;
  #port = 0;

  constructor() {
    const subjects = [{ type: "dns", value: "localhost" } as const];
    const { certificate, key } = createServingCertificate(this.#authority.key, subjects, new Date());
    this.#server = createServer({ cert: certificate, key }, async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const behaviour = (request.url ?? "/").slice(1).split("?")[0] as Behaviour;
      if (behaviour === "break") response.writeHead(500);
      if (behaviour === "slow") await sleep(300);
      if (behaviour === "stall") await sleep(3000 * TIMEOUT_S);
      response.end(behaviour === "break" ? "broken" : JSON.stringify(answerTo(JSON.parse(text) as Review, behaviour)));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "localhost", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Where the behaviour is had. */
  clientConfig(behaviour: Behaviour): object {
    const at = behaviour === "absent" ? 1 : this.#port;
    return { url: `https://localhost:${at}/${behaviour}`, caBundle: btoa(this.#authority.certificate) };
  }
}

function answerTo({ request: { uid, object } }: Review, behaviour: Behaviour): object {
  const labels = { ...object?.metadata.labels, "walk-hook": "seen" };
  const patch = btoa(JSON.stringify([{ op: "add", path: "/metadata/labels", value: labels }]));
  const response = {
    uid,
    allowed: behaviour !== "deny",
    ...(behaviour === "deny" && { status: { message: "the hook says no", code: 403 } }),
    ...(behaviour === "mark" && object && { patchType: "JSONPatch", patch }),
  };
  return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response };
}

export class WebhookAdministrator implements Actor {
  readonly pauses = [100, 1000, 4000] as const;
  readonly #options: ActorOptions;
  readonly #server: WebhookServer;

  constructor(options: ActorOptions, server: WebhookServer) {
    this.#options = options;
    this.#server = server;
  }

  async act(): Promise<void> {
    const { random, client, state, log } = this.#options;
    const type = random.pick(["validating", "mutating"] as const);
    const resource = WEBHOOKS[type];
    const object = this.#configuration(type, `walk-${random.pick(NAMES)}`);
    const { name } = object.metadata;
    if (!state.find(resource, `/${name}`))
      log(outcome("create", resource, object, await client.create({ resource }, object)));
    else log(outcome("delete", resource, object, await client.delete({ resource, name: name ?? "" })));
  }

  #configuration(type: keyof typeof WEBHOOKS, name: string): KubeObject {
    const { random } = this.#options;
    const behaviour = random.weighted(type === "mutating" ? BEHAVIOURS : { ...BEHAVIOURS, mark: 0 });
    const [group, resource] = random.pick(type === "validating" ? TARGETS : MUTATED);
    const operations =
      type === "validating" ? random.pick(OPERATIONS) : random.pick([["CREATE"], ["CREATE", "UPDATE"]]);
    const values = random.chance(0.5) ? NAMESPACES : [random.pick(NAMESPACES)];
    const webhook = {
      name: `${behaviour}.walk.example.com`,
      clientConfig: this.#server.clientConfig(behaviour),
      rules: [{ apiGroups: [group], apiVersions: ["*"], operations, resources: [resource] }],
      namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] },
      ...(random.chance(0.3) && { objectSelector: { matchLabels: { team: random.pick(["a", "b"]) } } }),
      failurePolicy: random.pick(["Fail", "Ignore"]),
      timeoutSeconds: TIMEOUT_S,
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    };
    return { metadata: { name }, webhooks: [webhook] } as KubeObject;
  }

  async rest(): Promise<void> {
    const { client } = this.#options;
    for (const resource of Object.values(WEBHOOKS))
      for (const name of NAMES) await insist(() => client.delete({ resource, name: `walk-${name}` }));
  }
}
