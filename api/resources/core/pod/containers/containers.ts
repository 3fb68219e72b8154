import type { Container, ContainerRestartRule, EphemeralContainer } from "../../../../generated/core.v1.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  tooMany,
} from "../../../../machinery/field-error.ts";
import { dnsLabel } from "../../../../machinery/names.ts";
import type { PodCheck } from "../pod-check.ts";
import { validateContainerResources, validateResizePolicy } from "../resources/resources.ts";
import { validateSecurityContext } from "../security/security-context.ts";
import { validateEnv, validateEnvFrom } from "./env.ts";
import { validateContainerPorts, validateHostPorts } from "./ports.ts";
import { validateLifecycle, validateProbes } from "./probes.ts";
import { validateVolumeDevices, validateVolumeMounts } from "./volume-mounts.ts";

const PULL_POLICIES: readonly string[] = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES: readonly string[] = ["File", "FallbackToLogsOnError"];
const RESTART_POLICIES: readonly string[] = ["Always", "Never", "OnFailure"];

export function validateContainers(path: string, check: PodCheck): void {
  const { spec, errors } = check;
  const { containers = [] } = spec;
  if (containers.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(container, at, check);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    if (container.lifecycle) validateLifecycle(container.lifecycle, `${at}.lifecycle`, check);
    validateProbes(container, at, check);
    validateRestart(container, at, errors);
  });
  validateHostPorts(containers, path, errors);
}

export function validateInitContainers(path: string, check: PodCheck): void {
  const { spec, errors } = check;
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  spec.initContainers?.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(container, at, check);
    // Without a policy, an init container's restart rules are not validated.
    if (container.restartPolicy !== undefined) validateRestart(container, at, errors);
    else if (container.restartPolicyRules?.length) errors.push(policyMissing(at));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    validateHostPorts([container], path, errors);
    if (container.restartPolicy === "Always") {
      if (container.lifecycle) validateLifecycle(container.lifecycle, `${at}.lifecycle`, check);
      validateProbes(container, at, check);
      return;
    }
    for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const)
      if (container[field] !== undefined) errors.push(forbidden(`${at}.${field}`, `may not be set for ${ONE_SHOT}`));
    // A container that runs once cannot be restarted for a resize.
    container.resizePolicy?.forEach(({ restartPolicy }, j) => {
      const policy = `${at}.resizePolicy[${j}].restartPolicy`;
      if (restartPolicy === "RestartContainer")
        errors.push(
          invalid(policy, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"),
        );
    });
  });
}

const ONE_SHOT = "init containers without restartPolicy=Always";

const FORBIDDEN_OF_EPHEMERAL = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

export function validateEphemeralContainers(path: string, check: PodCheck): void {
  const { spec, errors } = check;
  if (!spec.ephemeralContainers?.length) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  spec.ephemeralContainers.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(container, at, check);
    validateImagePadding(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFound(`${at}.targetContainerName`, target));
    for (const field of FORBIDDEN_OF_EPHEMERAL)
      if (isSet(field, container[field])) errors.push(forbidden(`${at}.${field}`, EPHEMERAL_RULE));
    container.volumeMounts?.forEach((mount, j) => {
      for (const field of ["subPath", "subPathExpr"] as const)
        if (mount[field]) errors.push(forbidden(`${at}.volumeMounts[${j}].${field}`, EPHEMERAL_RULE));
    });
  });
}

const EPHEMERAL_RULE = "cannot be set for an Ephemeral Container";

/** Resources are not a pointer in Go, so empty ones count as absent; an empty probe or list counts as present. */
const isSet = (field: (typeof FORBIDDEN_OF_EPHEMERAL)[number], value: object | string | undefined) =>
  value !== undefined && !(field === "resources" && Object.keys(value).length === 0);

/** Pods reject what templates have long accepted. */
export function validateImagePadding(
  { image = "" }: Pick<Container, "image">,
  path: string,
  errors: FieldError[],
): void {
  if (image.trim() !== image)
    errors.push(invalid(`${path}.image`, image, "must not have leading or trailing whitespace"));
}

function validateCommon(container: Container | EphemeralContainer, path: string, check: PodCheck): void {
  const { errors } = check;
  const { name, image, terminationMessagePolicy: messages, imagePullPolicy } = container;
  if (!name) errors.push(required(`${path}.name`));
  else for (const problem of dnsLabel(name)) errors.push(invalid(`${path}.name`, name, problem));
  if (!image) errors.push(required(`${path}.image`));
  if (!messages) errors.push(required(`${path}.terminationMessagePolicy`));
  else if (!MESSAGE_POLICIES.includes(messages))
    errors.push(notSupported(`${path}.terminationMessagePolicy`, messages, MESSAGE_POLICIES));
  if (container.ports) validateContainerPorts(container.ports, `${path}.ports`, errors);
  if (container.env) validateEnv(container.env, `${path}.env`, check);
  if (container.envFrom) validateEnvFrom(container.envFrom, `${path}.envFrom`, errors);
  if (container.volumeMounts) validateVolumeMounts(container, `${path}.volumeMounts`, check);
  if (container.volumeDevices) validateVolumeDevices(container, `${path}.volumeDevices`, check);
  validatePullPolicy(imagePullPolicy, `${path}.imagePullPolicy`, errors);
  if (container.resources) validateContainerResources(container.resources, `${path}.resources`, check);
  if (container.resizePolicy) validateResizePolicy(container, `${path}.resizePolicy`, check);
  if (container.securityContext) validateSecurityContext(container.securityContext, `${path}.securityContext`, check);
}

export function validatePullPolicy(policy: string | undefined, path: string, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!PULL_POLICIES.includes(policy)) errors.push(notSupported(path, policy, PULL_POLICIES));
}

function validateRestart(
  { restartPolicy, restartPolicyRules = [] }: Container,
  path: string,
  errors: FieldError[],
): void {
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy))
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  if (restartPolicyRules.length === 0) return;
  if (restartPolicy === undefined) errors.push(policyMissing(path));
  if (restartPolicyRules.length > 20) errors.push(tooMany(`${path}.restartPolicyRules`, restartPolicyRules.length, 20));
  restartPolicyRules.forEach((rule, i) => {
    validateRestartRule(rule, `${path}.restartPolicyRules[${i}]`, errors);
  });
}

const policyMissing = (path: string) =>
  required(`${path}.restartPolicy`, "must specify restartPolicy when restart rules are used");

function validateRestartRule(
  { action = "", exitCodes }: ContainerRestartRule,
  path: string,
  errors: FieldError[],
): void {
  const actions = ["Restart", "RestartAllContainers"];
  if (!actions.includes(action)) errors.push(notSupported(`${path}.action`, action, actions));
  if (!exitCodes) return void errors.push(required(`${path}.exitCodes`, "must be specified"));
  const { operator, values = [] } = exitCodes;
  if (operator !== "In" && operator !== "NotIn")
    errors.push(notSupported(`${path}.exitCodes.operator`, operator ?? "", ["In", "NotIn"]));
  if (values.length > 255) errors.push(tooMany(`${path}.exitCodes.values`, values.length, 255));
}
