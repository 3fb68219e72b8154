/** Image names according to Docker's reference grammar, and the errors for invalid ones. */

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);
const LONE_ID = /^[a-f0-9]{64}$/;

/** Fills in the default `docker.io`, unless the first part of the name is a host. */
export function registryAndRest(image: string): { readonly registry: string; readonly rest: string } {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first;
  if (isHost) return { registry: first, rest: image.slice(slash + 1) };
  return { registry: "docker.io", rest: slash < 0 ? `library/${image}` : image };
}

/** Why the name is invalid, in the kubelet's words; undefined if it is valid. */
export function whyNoImageName(image: string): string | undefined {
  if (LONE_ID.test(image)) return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`;
  const { registry, rest } = registryAndRest(image);
  const repository = rest.split(":", 1)[0] ?? "";
  if (repository.toLowerCase() !== repository)
    return `invalid reference format: repository name (${repository}) must be lowercase`;
  return REFERENCE.test(`${registry}/${rest}`) ? undefined : "invalid reference format";
}
