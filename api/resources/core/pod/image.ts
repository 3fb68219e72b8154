/** References to container images (`registry.example.com:5000/team/app:1.2@sha256:…`). */

const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = "[\\w][\\w.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::(${TAG}))?(@${DIGEST})?$`);

/** The tag, `latest` where there is neither tag nor digest; "" where Kubernetes reads none. */
function tagOf(image: string): string {
  const [, tag, digest] = REFERENCE.exec(image) ?? ["", "", "none"];
  return tag || (digest ? "" : "latest");
}

/** Images of the moving tag are pulled each time. */
export const defaultPullPolicy = (image: string): "Always" | "IfNotPresent" =>
  tagOf(image) === "latest" ? "Always" : "IfNotPresent";
