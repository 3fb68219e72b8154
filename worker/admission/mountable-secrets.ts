/** Service accounts that say so let their pods use no secrets but those that they list (plugin/pkg/admission/serviceaccount). */
import type { Container, PodSpec, ServiceAccount } from "../../api/generated/core.v1.ts";

const ENFORCED = "kubernetes.io/enforce-mountable-secrets";
/** What Go's strconv.ParseBool takes for true. */
const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/** What is wrong with the first secret that the pod may not use, or undefined. */
export function unmountableSecret(
  spec: PodSpec,
  { metadata, secrets = [], imagePullSecrets = [] }: ServiceAccount,
): string | undefined {
  if (!TRUE.has(metadata.annotations?.[ENFORCED] ?? "")) return undefined;
  const listed = new Set(secrets.map(({ name }) => name));
  const pullable = new Set(imagePullSecrets.map(({ name }) => name));
  const refused = (what: string, secret: string) =>
    `${what} secret.secretName="${secret}" is not allowed because service account ${metadata.name} does not reference that secret`;
  for (const { what, secret } of usesOf(spec)) if (!listed.has(secret)) return refused(what, secret);
  for (const [index, { name = "" }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pullable.has(name))
      return `imagePullSecrets[${index}].name="${name}" is not allowed because service account ${metadata.name} does not reference that imagePullSecret`;
  }
  return undefined;
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

const usesOfContainer = (noun: string, { name, env = [], envFrom = [] }: Container): Use[] => [
  ...env.flatMap((variable) => {
    const reference = variable.valueFrom?.secretKeyRef;
    const what = `${noun} ${name} with envVar ${variable.name} referencing`;
    return reference ? [{ what, secret: reference.name ?? "" }] : [];
  }),
  ...envFrom.flatMap(({ secretRef }) =>
    secretRef ? [{ what: `${noun} ${name} with envFrom referencing`, secret: secretRef.name ?? "" }] : [],
  ),
];
