/** The credentials that a pod brings for the registry of an image: of its pull secrets, those that fit best first. Pure. */
import { createHash } from "node:crypto";
import type { Pod, Secret } from "../../api/generated/core.v1.ts";
import type { PodObjects } from "../pod/env.ts";
import { registryAndRest } from "../pod/image-name.ts";
import type { RegistryCredentials } from "../runtime/runtime.ts";

/** What is remembered of credentials that an image was pulled with: not what they are. */
export interface CredentialMark {
  /** The secret, by its uid. */
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

/** Nothing where the secret holds no configuration of Docker's. */
function authsOf({ data = {} }: Secret): readonly (readonly [server: string, entry: AuthEntry])[] {
  const { ".dockerconfigjson": config, ".dockercfg": legacy } = data;
  try {
    const auths: Record<string, AuthEntry> =
      config !== undefined
        ? (JSON.parse(textOf(config)).auths ?? {})
        : legacy !== undefined
          ? JSON.parse(textOf(legacy))
          : {};
    return Object.entries(auths);
  } catch {
    return [];
  }
}

const DOCKER_HUB = "docker.io";

/** The host, by its parts, and the path that a server's name in a configuration stands for. */
function serverOf(server: string): { readonly host: string; readonly path: string } {
  const bare = server.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  // Of old clients: what stands behind the host is the version of the registry's API.
  const path = slash < 0 ? "" : bare.slice(slash + 1).replace(/^v[12]\/?/, "");
  return { host: host.endsWith(DOCKER_HUB) ? DOCKER_HUB : host, path };
}

/** `*.example.com` stands for one part of a name, as the kubelet reads it. */
function isHostLike(pattern: string, host: string): boolean {
  const [patterns, parts] = [pattern.split("."), host.split(".")];
  const like = (part: string, glob: string) =>
    new RegExp(`^${glob.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", ".*")}$`).test(part);
  return patterns.length === parts.length && patterns.every((glob, i) => like(parts[i] ?? "", glob));
}

export function pullCredentials(pod: Pod, objects: PodObjects, image: string): PullCredential[] {
  const { registry, rest } = registryAndRest(image);
  const found = (pod.spec.imagePullSecrets ?? []).flatMap(({ name = "" }) => {
    const secret = objects.secret(name);
    return (secret === undefined ? [] : authsOf(secret)).flatMap(([server, entry]) => {
      const { host, path } = serverOf(server);
      if (!isHostLike(host, registry) || !rest.startsWith(path)) return [];
      const { username, password, auth, identitytoken } = entry;
      const [user, ...words] = auth === undefined ? [] : textOf(auth).split(":");
      const credentials: RegistryCredentials = {
        serverAddress: server,
        username: username ?? user ?? "",
        password: password ?? words.join(":"),
        ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
      };
      const hash = createHash("sha256").update(JSON.stringify(credentials)).digest("hex");
      return [{ server, mark: { secret: secret?.metadata.uid ?? "", hash }, credentials }];
    });
  });
  return found
    .sort((a, b) => (a.server < b.server ? 1 : a.server > b.server ? -1 : 0))
    .map(({ mark, credentials }) => ({ mark, credentials }));
}

/** Pull secrets that the pod names and that are not there. */
export const missingPullSecrets = (pod: Pod, objects: PodObjects): string[] =>
  (pod.spec.imagePullSecrets ?? []).flatMap(({ name = "" }) => (objects.secret(name) === undefined ? [name] : []));
