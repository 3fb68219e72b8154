/**
 * ServiceAccount: every pod runs as a service account, which must exist. Its pull secrets are added, and a volume with
 * a token that is renewed (plugin/pkg/admission/serviceaccount).
 */
import type { Container, Namespace, Pod, PodSpec, ServiceAccount, Volume } from "../../../api/generated/core.v1.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import { generatedName } from "../../../api/machinery/generated-name.ts";
import type { Key } from "../../../api/store/store.ts";
import { namesSecrets } from "../../auth/node/node-graph.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refusal } from "../refusal.ts";
import { resourceNameProblem } from "../resource-name.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";
import { unmountableEphemeralSecret, unmountableSecret } from "./mountable-secrets.ts";

const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
/** How often, and at what distance (ms), the account that a controller creates in each namespace is looked for. */
const LOOKS = 10;
const LOOK_MS = 100;
/** An hour, plus the seven seconds by which kubelets recognise these tokens. */
const TOKEN_SECONDS = 3607;
const READ_ONLY = 0o644;

export const serviceAccountAdmission = defineResourcePlugin({
  name: "ServiceAccount",
  resources: ["pods"],
  handles: ["CREATE", "UPDATE ephemeralcontainers"],
  reads: (request) => [accountKey(request, request.object.spec.serviceAccountName ?? "default")],

  async mutate(request) {
    if (request.operation !== "CREATE") return;
    const pod = request.object;
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return checkMirrorPod(request, pod);
    pod.spec.serviceAccountName ??= "default";
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = await accountOf(request, pod.spec.serviceAccountName);
    if (account.imagePullSecrets && !pod.spec.imagePullSecrets?.length) {
      pod.spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
    }
    const problem = unmountableSecret(pod.spec, account);
    if (problem) throw refusal(request, problem);
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod.spec);
  },

  async validate(request) {
    if (request.operation === "CREATE") return;
    const { metadata, spec } = request.object;
    const name = spec.serviceAccountName ?? "";
    if (name === "") {
      throw refusal(request, `no service account specified for pod ${request.namespace}/${metadata.name}`);
    }
    const problem = unmountableEphemeralSecret(spec, await accountOf(request, name));
    if (problem) throw refusal(request, problem);
  },
});

/** Mirrors of static pods have no identity. */
function checkMirrorPod(request: AdmissionRequest, pod: Pod): void {
  const { spec } = pod;
  if (spec.serviceAccountName) throw refusal(request, "a mirror pod may not reference service accounts");
  if (namesSecrets(pod)) throw refusal(request, "a mirror pod may not reference secrets");
  const projected = (spec.volumes ?? []).some(({ projected }) =>
    projected?.sources?.some((s) => s.serviceAccountToken),
  );
  if (projected) throw refusal(request, "a mirror pod may not use ServiceAccountToken volume projections");
}

const accountKey = ({ namespace }: AdmissionRequest, name: string): Key => ({
  resource: "serviceaccounts",
  namespace,
  name,
});

async function accountOf(request: AdmissionRequest, name: string): Promise<ServiceAccount> {
  const key = accountKey(request, name);
  for (let looks = name === "default" ? LOOKS : 1; looks > 0; looks--) {
    const account = await request.reads.object<ServiceAccount>(key);
    if (account) return account;
    // One that is gone or being deleted gets no account any more, which the client is told at once (ADM-FIRST).
    if (!(await isNamespaceActive(request))) break;
    request.reads.forget(key);
    if (looks > 1) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const missing = resourceNameProblem(name) ?? `serviceaccount ${goQuote(name)} not found`;
  throw refusal(request, `error looking up service account ${request.namespace}/${name}: ${missing}`);
}

async function isNamespaceActive({ namespace, reads }: AdmissionRequest): Promise<boolean> {
  const key = { resource: "namespaces", namespace: "", name: namespace };
  reads.forget(key);
  const found = await reads.object<Namespace>(key);
  return found !== undefined && found.metadata.deletionTimestamp === undefined;
}

/** Containers that mount something at that path keep it. */
function mountToken(spec: PodSpec): void {
  const containers: Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  const wanting = containers.filter((container) => !container.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH));
  if (wanting.length === 0) return;
  // A copy of a pod includes the volume of the original.
  const known = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  const name = known?.name ?? generatedName(VOLUME_PREFIX, crypto.getRandomValues(new Uint8Array(5)));
  for (const container of wanting) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  }
  if (!known) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: {
          items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
        },
      },
    ],
    defaultMode: READ_ONLY,
  },
});
