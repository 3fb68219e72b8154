/** The files of configMap, secret, downwardAPI and projected volumes. Pure. */

import { errorMessage } from "../../../api/error-message.ts";
import type { ConfigMap, KeyToPath, Pod, Secret, Volume } from "../../../api/generated/core.v1.ts";
import { aggregateText } from "../../../api/machinery/status.ts";
import { VolumeError } from "../../mounts/volume-error.ts";
import { fieldValue, offeredTo, type PodAddresses, resourceValue } from "../../pod-spec/field-ref.ts";
import type { PodObjects } from "../../pod-spec/pod-objects.ts";
import type { Payload, PublishedFile } from "./atomic-writer.ts";

export interface PayloadInput {
  readonly pod: Pod;
  readonly objects: PodObjects;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string | number>>;
  /** Tokens for projected volumes, fetched beforehand, by the path of their source. */
  readonly tokens: ReadonlyMap<string, string>;
}

const DEFAULT_MODE = 0o644;

interface Selection {
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean;
  readonly defaultMode: number;
}

/** The kubelet's words. */
const MISSING_KEY = {
  configmap: "configmap references non-existent config key",
  secret: "references non-existent secret key",
};

function select(
  kind: keyof typeof MISSING_KEY,
  content: ReadonlyMap<string, Buffer>,
  { items, optional, defaultMode }: Selection,
) {
  const files = new Map<string, PublishedFile>();
  if (items === undefined || items.length === 0) {
    for (const [key, value] of content) files.set(key, { content: value, mode: defaultMode });
    return files;
  }
  for (const { key, path, mode } of items) {
    const value = content.get(key);
    if (value !== undefined) files.set(path, { content: value, mode: mode ?? defaultMode });
    else if (!optional) throw new VolumeError(`${MISSING_KEY[kind]}: ${key}`);
  }
  return files;
}

const contentOfMap = (map: ConfigMap | undefined): ReadonlyMap<string, Buffer> =>
  new Map([
    ...Object.entries(map?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const),
    ...Object.entries(map?.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")] as const),
  ]);

const contentOfSecret = (secret: Secret | undefined): ReadonlyMap<string, Buffer> =>
  new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")] as const));

interface NamedSource {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function mapFiles(source: NamedSource, defaultMode: number, { objects }: PayloadInput): Payload {
  const map = objects.configMap(source.name ?? "");
  const optional = source.optional === true;
  if (map === undefined && !optional) throw new VolumeError(`configmap "${source.name}" not found`);
  return select("configmap", contentOfMap(map), { items: source.items, optional, defaultMode });
}

function secretFiles(source: NamedSource, defaultMode: number, { objects }: PayloadInput): Payload {
  const secret = objects.secret(source.name ?? "");
  const optional = source.optional === true;
  if (secret === undefined && !optional) throw new VolumeError(`secret "${source.name}" not found`);
  return select("secret", contentOfSecret(secret), { items: source.items, optional, defaultMode });
}

type DownwardItems = NonNullable<NonNullable<Volume["downwardAPI"]>["items"]>;

function downwardFiles(items: DownwardItems, defaultMode: number, input: PayloadInput): Payload {
  const { pod, addresses, allocatable } = input;
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef, mode }) => {
      let value: string | undefined;
      if (fieldRef !== undefined) value = fieldValue(pod, fieldRef.fieldPath, addresses);
      else if (resourceFieldRef !== undefined) {
        const container = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
          ({ name }) => name === resourceFieldRef.containerName,
        );
        if (container === undefined) throw new VolumeError(`container "${resourceFieldRef.containerName}" not found`);
        value = resourceValue(container, resourceFieldRef, offeredTo(pod, allocatable));
      }
      return [path, { content: Buffer.from(value ?? ""), mode: mode ?? defaultMode }] as const;
    }),
  );
}

/**
 * Who may read a token besides root: the one user that all containers run as, and the group that owns the volume;
 * otherwise everybody.
 */
function tokenFile(pod: Pod, token: string, defaultMode: number): PublishedFile {
  const content = Buffer.from(token);
  const users = new Set(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(
      ({ securityContext }) => securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser,
    ),
  );
  const [user] = users;
  if (users.size === 1 && user !== undefined) return { content, mode: 0o600, uid: user };
  return { content, mode: pod.spec.securityContext?.fsGroup === undefined ? defaultMode : 0o600 };
}

/** The files of a volume with content from the API; undefined for other kinds of volume. */
export function volumePayload(volume: Volume, input: PayloadInput): Payload | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) return mapFiles(configMap, configMap.defaultMode ?? DEFAULT_MODE, input);
  if (secret !== undefined) {
    const { secretName, ...rest } = secret;
    return secretFiles(
      { ...rest, ...(secretName === undefined ? {} : { name: secretName }) },
      secret.defaultMode ?? DEFAULT_MODE,
      input,
    );
  }
  if (downwardAPI !== undefined)
    return downwardFiles(downwardAPI.items ?? [], downwardAPI.defaultMode ?? DEFAULT_MODE, input);
  if (projected === undefined) return undefined;
  const mode = projected.defaultMode ?? DEFAULT_MODE;
  const files = new Map<string, PublishedFile>();
  const wrong: string[] = [];
  for (const source of projected.sources ?? [])
    try {
      for (const [path, file] of projectedFiles(source, mode, input)) files.set(path, file);
    } catch (error) {
      wrong.push(errorMessage(error));
    }
  if (wrong.length > 0) throw new VolumeError(aggregateText(wrong));
  return files;
}

type ProjectedSource = NonNullable<NonNullable<Volume["projected"]>["sources"]>[number];

function projectedFiles(source: ProjectedSource, mode: number, input: PayloadInput): Payload {
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source;
  if (configMap !== undefined) return mapFiles(configMap, mode, input);
  if (secret !== undefined) return secretFiles(secret, mode, input);
  if (downwardAPI !== undefined) return downwardFiles(downwardAPI.items ?? [], mode, input);
  if (token === undefined) throw new VolumeError("projected source is not supported by this node");
  return new Map([[token.path, tokenFile(input.pod, input.tokens.get(token.path) ?? "", mode)]]);
}
