/** Which features of Kubernetes' API machinery exist, and which are refused, each with the test that shows it. */
export interface Feature {
  readonly area:
    | "Reads"
    | "Writes"
    | "Wire"
    | "Custom resources"
    | "Admission"
    | "Aggregation and fairness"
    | "Streams";
  readonly name: string;
  /** What is missing, or what the refusal says; "" if nothing is known to be missing. */
  readonly missing: string;
  /** A test file, and words of the test's name in it. */
  readonly shown: readonly [file: string, words: string];
}

export const features: readonly Feature[] = [
  {
    area: "Reads",
    name: "`limit` and `continue`, one revision through all pages, 410 and an inconsistent rest after five minutes",
    missing: "",
    shown: ["worker/http/verbs/list.workers.test.ts", "WIRE-CONTINUE"],
  },
  {
    area: "Reads",
    name: "`resourceVersion`, `resourceVersionMatch`; 504 for a future revision",
    missing: "a watch from such a revision ends with that error as its only event; in Kubernetes it waits",
    shown: ["worker/http/verbs/list.workers.test.ts", "WIRE-FUTURE"],
  },
  {
    area: "Reads",
    name: "label and field selectors",
    missing: "",
    shown: ["api/machinery/selectors/selector.test.ts", "selector"],
  },
  {
    area: "Reads",
    name: "watch: bookmarks, `sendInitialEvents`, `timeoutSeconds`, selector transitions, 410",
    missing: "",
    shown: ["durable-objects/store/watch/watch-hub.test.ts", "WATCH-"],
  },
  {
    area: "Reads",
    name: "an extension: many watches on one WebSocket that hibernates between changes ([spec](spec/watch.md))",
    missing: "",
    shown: ["worker/http/watches/watch-session.test.ts", "WATCH-MANY"],
  },
  {
    area: "Writes",
    name: "JSON patch, merge patch, strategic merge patch",
    missing: "",
    shown: ["api/machinery/patch/kubectl-patch.test.ts", "of type $type"],
  },
  {
    area: "Writes",
    name: "server-side apply and managedFields",
    missing: "",
    shown: ["api/machinery/apply/apply.test.ts", "APPLY-01"],
  },
  {
    area: "Writes",
    name: "`dryRun=All`, on all writes",
    missing: "",
    shown: ["worker/admission/plugins/resource-quota/resource-quota.workers.test.ts", "a dry run"],
  },
  {
    area: "Writes",
    name: "`fieldValidation` Strict, Warn, Ignore",
    missing: "",
    shown: ["api/machinery/decode/decode.test.ts", "reports repeated keys with their line"],
  },
  {
    area: "Writes",
    name: "delete with preconditions, grace, Orphan, Background, Foreground; finalizers",
    missing: "`ignoreStoreReadErrorWithClusterBreakingPotential` has no effect: stored objects are never unreadable",
    shown: ["worker/controllers/garbage-collector.test.ts", "garbage collector"],
  },
  {
    area: "Wire",
    name: "JSON, YAML, protobuf, in both directions, including watch frames",
    missing: "CBOR, which Kubernetes has behind a disabled feature gate (406, 415)",
    shown: ["api/machinery/round-trip.test.ts", "every field"],
  },
  {
    area: "Wire",
    name: "Table, PartialObjectMetadata, PartialObjectMetadataList",
    missing: "",
    shown: ["api/resources/table.test.ts", "a table has Name first"],
  },
  {
    area: "Wire",
    name: "discovery, plain and aggregated, with ETags",
    missing: "",
    shown: ["worker/http/discovery/discovery.test.ts", "aggregated"],
  },
  {
    area: "Wire",
    name: "OpenAPI v2 and v3, with ETags, for built-in and custom kinds",
    missing: "",
    shown: ["worker/http/openapi/documents.test.ts", "document"],
  },
  {
    area: "Wire",
    name: "all HTTP methods; 405 if a resource has no such verb",
    missing: "an unknown method is 501 without a Status, answered by the runtime",
    shown: ["worker/http/hostile-input.workers.test.ts", "any path"],
  },
  {
    area: "Wire",
    name: "HTTP/1.1, to which clients that prefer HTTP/2 fall back",
    missing: "HTTP/2 under `sailplane up`, which workerd does not have: a client takes a connection for each watch",
    shown: ["test/e2e/control-plane/connections.test.ts", "prefers HTTP/2"],
  },
  {
    area: "Wire",
    name: "arbitrary bytes get a well-formed answer",
    missing: "",
    shown: ["worker/http/hostile-input.workers.test.ts", "any bytes"],
  },
  {
    area: "Custom resources",
    name: "structural schemas: pruning, defaults, validation, CEL rules with ratcheting and cost limits",
    missing: "[what differs](spec/custom-resources.md#what-differs)",
    shown: ["api/machinery/cel/rules/rules.test.ts", "rule"],
  },
  {
    area: "Custom resources",
    name: "several versions, converted by `None` or by webhook",
    missing: "",
    shown: ["test/e2e/api/webhooks/conversion-webhooks.ts", "answers each object at the version asked for"],
  },
  {
    area: "Admission",
    name: "mutating and validating webhooks, by Service and by URL, with caBundle",
    missing: "on Cloudflare, a URL with a caBundle fails according to its failurePolicy",
    shown: ["test/e2e/api/webhooks/service-webhooks.ts", "certificate of another authority"],
  },
  {
    area: "Admission",
    name: "CONNECT: exec, attach, port-forward, proxy",
    missing: "",
    shown: ["test/e2e/api/webhooks/service-webhooks.ts", "connections to a pod"],
  },
  {
    area: "Admission",
    name: "MutatingAdmissionPolicy and ValidatingAdmissionPolicy",
    missing: "",
    shown: ["worker/admission/policies/match-resources.test.ts", "ADM-EQUIVALENT"],
  },
  {
    area: "Aggregation and fairness",
    name: "API servers behind an APIService: discovery, requests, identity",
    missing:
      "their OpenAPI v2 is not merged; of upgrades, only WebSockets are passed on; one that has answered is not checked again until something changes or a request fails",
    shown: ["test/e2e/api/aggregation.test.ts", "as the requesting user"],
  },
  {
    area: "Aggregation and fairness",
    name: "an APIService for each group version, including custom ones",
    missing: "",
    shown: ["worker/controllers/extensions/custom-api-services.test.ts", "each served group version"],
  },
  {
    area: "Aggregation and fairness",
    name: "metrics.k8s.io, like metrics-server: nodes are asked when it is read. `/apis` always lists it",
    missing:
      "watches; metrics-server itself, which takes over the API when it is installed, finds nodes only if they have `--kubelet-port`",
    shown: ["test/e2e/nodes/containerd.test.ts", "its usage and its node's are available as metrics"],
  },
  {
    area: "Aggregation and fairness",
    name: "flow schemas and priority levels: seats, lending, queues, with the answer's headers and metrics",
    missing: "paths that are no resources are classified, and not limited",
    shown: ["worker/fairness/seats.test.ts", "flows take turns"],
  },
  {
    area: "Streams",
    name: "exec, attach, port-forward by WebSocket; logs",
    missing: "",
    shown: ["test/e2e/nodes/first-app.test.ts", "logs prints"],
  },
  {
    area: "Streams",
    name: "exec, attach, port-forward by SPDY: for pods, and through `sailplane proxy`",
    missing: "to the API server itself, past nodes and proxy, it is 400, since a Worker does not support it",
    shown: ["test/e2e/streams/spdy.test.ts", "runs a command"],
  },
  {
    area: "Streams",
    name: "proxy of pods, services and nodes",
    missing:
      "upgrades other than WebSockets (400); for nodes, everything except GETs of the kubelet's API and the endpoints of local volumes",
    shown: ["test/e2e/streams/proxy.test.ts", "a pod's proxy"],
  },
];
