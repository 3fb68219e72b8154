/** References to container images (`registry.example.com:5000/team/app:1.2@sha256:…`). */

const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = "[\\w][\\w.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const REFERENCE = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::(${TAG}))?(@${DIGEST})?$`);

const MAX_PATH_LENGTH = 255;

/** The path within its registry; on Docker Hub, the default, images without a namespace are in `library`. */
function pathOf(name: string, tag: string): string {
  const path = tag === "" ? name : name.slice(0, -tag.length - 1);
  const slash = path.indexOf("/");
  if (slash < 0) return `library/${path}`;
  const first = path.slice(0, slash);
  return /[.:A-Z]/.test(first) || first === "localhost" ? path.slice(slash + 1) : path;
}

/** The tag, `latest` if there is neither tag nor digest; "" if Kubernetes finds none. */
function tagOf(image: string): string {
  const [whole = "", tag = "", digest = ""] = REFERENCE.exec(image) ?? ["", "", "none"];
  if (pathOf(whole.slice(0, whole.length - digest.length), tag).length > MAX_PATH_LENGTH) return "";
  return tag || (digest ? "" : "latest");
}

/** The moving tag is pulled each time. */
export const defaultPullPolicy = (image: string): "Always" | "IfNotPresent" =>
  tagOf(image) === "latest" ? "Always" : "IfNotPresent";
