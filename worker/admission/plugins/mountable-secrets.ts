/**
 * Service accounts with this annotation restrict their pods to the secrets that they list
 * (plugin/pkg/admission/serviceaccount).
 */
import type { Container, PodSpec, ServiceAccount } from "../../../api/generated/core.v1.ts";

const ENFORCED = "kubernetes.io/enforce-mountable-secrets";
/** Values that Go's strconv.ParseBool takes for true. */
const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/** The error for the first secret that the pod may not use, or undefined. */
export function unmountableSecret(spec: PodSpec, account: ServiceAccount): string | undefined {
  if (!isEnforced(account)) return undefined;
  const { metadata, imagePullSecrets = [] } = account;
  const refused = refusedUse(usesOf(spec), account);
  if (refused !== undefined) return refused;
  const pullable = new Set(imagePullSecrets.map(({ name }) => name));
  for (const [index, { name = "" }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pullable.has(name))
      return `imagePullSecrets[${index}].name="${name}" is not allowed because service account ${metadata.name} does not reference that imagePullSecret`;
  }
  return undefined;
}

/** The same for the ephemeral containers of a running pod. */
export function unmountableEphemeralSecret(spec: PodSpec, account: ServiceAccount): string | undefined {
  if (!isEnforced(account)) return undefined;
  const uses = (spec.ephemeralContainers ?? []).flatMap((each) => usesOfContainer("ephemeral container", each));
  return refusedUse(uses, account);
}

const isEnforced = ({ metadata }: ServiceAccount): boolean => TRUE.has(metadata.annotations?.[ENFORCED] ?? "");

function refusedUse(uses: readonly Use[], { metadata, secrets = [] }: ServiceAccount): string | undefined {
  const listed = new Set(secrets.map(({ name }) => name));
  const refused = uses.find(({ secret }) => !listed.has(secret));
  if (!refused) return undefined;
  return `${refused.what} secret.secretName="${refused.secret}" is not allowed because service account ${metadata.name} does not reference that secret`;
}

interface Use {
  readonly what: string;
  readonly secret: string;
}

const usesOf = ({ volumes = [], initContainers = [], containers }: PodSpec): Use[] => [
  ...volumes.flatMap(({ secret }) => (secret ? [{ what: "volume with", secret: secret.secretName ?? "" }] : [])),
  ...initContainers.flatMap((container) => usesOfContainer("init container", container)),
  ...containers.flatMap((container) => usesOfContainer("container", container)),
];

const usesOfContainer = (
  noun: string,
  { name, env = [], envFrom = [] }: Pick<Container, "name" | "env" | "envFrom">,
): Use[] => [
  ...env.flatMap((variable) => {
    const reference = variable.valueFrom?.secretKeyRef;
    const what = `${noun} ${name} with envVar ${variable.name} referencing`;
    return reference ? [{ what, secret: reference.name ?? "" }] : [];
  }),
  ...envFrom.flatMap(({ secretRef }) =>
    secretRef ? [{ what: `${noun} ${name} with envFrom referencing`, secret: secretRef.name ?? "" }] : [],
  ),
];
