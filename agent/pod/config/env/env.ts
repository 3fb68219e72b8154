/** The environment of a container: Services, then envFrom, then env; later ones override earlier ones. */

import type {
  ConfigMapKeySelector,
  Container,
  EnvVar,
  FileKeySelector,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
  SecretKeySelector,
} from "../../../../api/generated/core.v1.ts";
import { ownMember } from "../../../../api/machinery/json/own-member.ts";
import { ConfigError } from "../../../pod-spec/config-error.ts";
import { fieldValue, offeredTo, type PodAddresses, resourceValue } from "../../../pod-spec/field-ref.ts";
import type { PodObjects, VolumeFile } from "../../../pod-spec/pod-objects.ts";
import { envFileValue } from "./env-file.ts";
import { expand } from "./expansion.ts";
import { serviceVariables, type Variable } from "./service-env.ts";

export interface EnvInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly objects: PodObjects;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string | number>>;
  /** Undefined if no container has such a volume. */
  readonly volumeFile: (volume: string, path: string) => VolumeFile | undefined;
}

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? "";
const decode = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

function fromSources({ container, objects, pod }: EnvInput): Variable[] {
  return (container.envFrom ?? []).flatMap(({ prefix = "", configMapRef, secretRef }) => {
    if (configMapRef !== undefined) {
      const map = objects.configMap(configMapRef.name ?? "");
      if (map === undefined && configMapRef.optional !== true)
        throw new ConfigError(`configmap "${configMapRef.name}" not found`);
      return Object.entries(map?.data ?? {}).map(([key, value]) => ({ name: prefix + key, value }));
    }
    if (secretRef !== undefined) {
      const secret = objects.secret(secretRef.name ?? "");
      if (secret === undefined && secretRef.optional !== true)
        throw new ConfigError(`secret "${secretRef.name}" not found`);
      return Object.entries(secret?.data ?? {}).map(([key, value]) => ({ name: prefix + key, value: decode(value) }));
    }
    throw new ConfigError(`envFrom of container ${container.name} in ${namespaceOf(pod)} names no source`);
  });
}

/** The variable's value; undefined if an optional source does not exist. */
function sourceValue({ valueFrom = {} }: EnvVar, input: EnvInput): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined) return podField(fieldRef, input);
  if (resourceFieldRef !== undefined) return containerResource(resourceFieldRef, input);
  if (configMapKeyRef !== undefined) return configMapKey(configMapKeyRef, input);
  if (secretKeyRef !== undefined) return secretKey(secretKeyRef, input);
  if (fileKeyRef !== undefined) return fileKey(fileKeyRef, input);
  return "";
}

function podField({ fieldPath }: ObjectFieldSelector, { pod, addresses }: EnvInput): string {
  const value = fieldValue(pod, fieldPath, addresses);
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${fieldPath}`);
  return value;
}

function containerResource(selector: ResourceFieldSelector, { pod, container, allocatable }: EnvInput): string {
  const { containerName = "" } = selector;
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const source = containerName === "" ? container : containers.find(({ name }) => name === containerName);
  if (source === undefined)
    throw new ConfigError(`container "${containerName}" not found in pod ${namespaceOf(pod)}/${pod.metadata.name}`);
  return resourceValue(source, selector, offeredTo(pod, allocatable));
}

function configMapKey(selector: ConfigMapKeySelector, { pod, objects }: EnvInput): string | undefined {
  const { name = "", key, optional } = selector;
  const map = objects.configMap(name);
  const value = ownMember(map?.data, key);
  if (value !== undefined || optional === true) return value;
  if (map === undefined) throw new ConfigError(`configmap "${name}" not found`);
  throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespaceOf(pod)}/${name}`);
}

function secretKey(selector: SecretKeySelector, { pod, objects }: EnvInput): string | undefined {
  const { name = "", key, optional } = selector;
  const secret = objects.secret(name);
  const value = ownMember(secret?.data, key);
  if (value !== undefined) return decode(value);
  if (optional === true) return undefined;
  if (secret === undefined) throw new ConfigError(`secret "${name}" not found`);
  throw new ConfigError(`couldn't find key ${key} in Secret ${namespaceOf(pod)}/${name}`);
}

function fileKey({ volumeName, path, key, optional }: FileKeySelector, { volumeFile }: EnvInput): string | undefined {
  const file = volumeFile(volumeName, path);
  if (file === undefined) throw new ConfigError(`cannot find the volume "${volumeName}" referenced by FileKeyRef`);
  const value = file.text === undefined ? undefined : envFileValue(file.text, key);
  if (value === undefined) throw new ConfigError("couldn't parse env file");
  if (value !== "") return value;
  if (optional === true) return undefined;
  throw new ConfigError(`environment variable key "${key}" not found in file "${file.path}"`);
}

export function containerEnv(input: EnvInput): Variable[] {
  const { pod, container, objects } = input;
  const services = serviceVariables(objects.services(), {
    namespace: namespaceOf(pod),
    links: pod.spec.enableServiceLinks ?? true,
  });
  const known = new Map(services.map(({ name, value }) => [name, value]));
  const own = new Map<string, string>();
  const set = (name: string, value: string) => {
    own.delete(name);
    own.set(name, value);
  };
  for (const { name, value } of fromSources(input)) set(name, value);
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined
        ? expand(variable.value ?? "", (name) => own.get(name) ?? known.get(name))
        : sourceValue(variable, input);
    if (value !== undefined) set(variable.name, value);
  }
  for (const [name, value] of own) known.set(name, value);
  return [...known].map(([name, value]) => ({ name, value }));
}
