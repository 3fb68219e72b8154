/** The credentials that a pod's pull secrets provide for an image's registry, best match first. Pure. */
import { createHash } from "node:crypto";
import type { Pod, Secret } from "../../api/generated/core.v1.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { RegistryCredentials } from "../runtime/image.ts";
import { registryAndRest } from "./image-name.ts";

/** What is remembered of credentials that an image was pulled with, without the credentials themselves. */
export interface CredentialMark {
  /** The secret's uid. */
  readonly secret: string;
  readonly hash: string;
}

export interface PullCredential {
  readonly mark: CredentialMark;
  readonly credentials: RegistryCredentials;
}

interface AuthEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
}

const textOf = (base64: string): string => Buffer.from(base64, "base64").toString();

/** Empty unless the secret contains an entirely valid Docker configuration. */
function configuredIn({ data = {} }: Secret): readonly RegistryCredentials[] {
  const { ".dockerconfigjson": config, ".dockercfg": legacy } = data;
  try {
    const auths: Record<string, AuthEntry | null> =
      config !== undefined
        ? (JSON.parse(textOf(config)).auths ?? {})
        : legacy !== undefined
          ? JSON.parse(textOf(legacy))
          : {};
    return Object.entries(auths).map(([server, entry]) => credentialsOf(server, entry ?? {}));
  } catch {
    return [];
  }
}

/** Fails on values that are not text: a pod's author may have written anything. */
function credentialsOf(serverAddress: string, entry: AuthEntry): RegistryCredentials {
  const { username, password, auth, identitytoken } = entry;
  for (const value of [username, password, auth, identitytoken])
    if (typeof (value ?? "") !== "string") throw new TypeError("credentials are text");
  const [user, ...words] = auth ? textOf(auth).split(":") : [];
  return {
    serverAddress,
    username: username ?? user ?? "",
    password: password ?? words.join(":"),
    ...(identitytoken ? { identityToken: identitytoken } : {}),
  };
}

const DOCKER_HUB = "docker.io";

/** The host's parts and the path that a server's name in a configuration represents. */
function serverOf(server: string): { readonly host: string; readonly path: string } {
  const bare = server.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  // From old clients: the path is the version of the registry's API.
  const path = slash < 0 ? "" : bare.slice(slash + 1).replace(/^v[12]\/?/, "");
  const isHub = host === DOCKER_HUB || host.endsWith(`.${DOCKER_HUB}`);
  return { host: isHub ? DOCKER_HUB : host, path };
}

/** Not a regular expression: a pattern with many stars could take forever, and pods' authors write them. */
function isLike(text: string, glob: string): boolean {
  const [first = "", ...pieces] = glob.split("*");
  const last = pieces.pop();
  if (last === undefined) return text === glob;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at + last.length <= text.length && text.endsWith(last);
}

/** `*` matches within one part of a name, as in the kubelet. */
function isHostLike(pattern: string, host: string): boolean {
  const [patterns, parts] = [pattern.split("."), host.split(".")];
  return patterns.length === parts.length && patterns.every((glob, i) => isLike(parts[i] ?? "", glob));
}

export function pullCredentials(pod: Pod, objects: PodObjects, image: string): PullCredential[] {
  const { registry, rest } = registryAndRest(image);
  const found = (pod.spec.imagePullSecrets ?? []).flatMap(({ name = "" }) => {
    const secret = objects.secret(name);
    return (secret === undefined ? [] : configuredIn(secret)).flatMap((credentials) => {
      const { serverAddress: server = "" } = credentials;
      const { host, path } = serverOf(server);
      if (!isHostLike(host, registry) || !rest.startsWith(path)) return [];
      const hash = createHash("sha256").update(JSON.stringify(credentials)).digest("hex");
      return [{ server, mark: { secret: secret?.metadata.uid ?? "", hash }, credentials }];
    });
  });
  return found
    .sort((a, b) => (a.server < b.server ? 1 : a.server > b.server ? -1 : 0))
    .map(({ mark, credentials }) => ({ mark, credentials }));
}

/** Pull secrets that the pod names and that do not exist. */
export const missingPullSecrets = (pod: Pod, objects: PodObjects): string[] =>
  (pod.spec.imagePullSecrets ?? []).flatMap(({ name = "" }) => (objects.secret(name) === undefined ? [name] : []));
