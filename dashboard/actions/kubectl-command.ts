import { type Kind, kubectlName, type ObjectName } from "../api/kind.ts";

/** `kubectl scale deployments.apps/web --replicas=3 -n default`. */
export const kubectlCommand = (verb: string, kind: Kind, of: ObjectName, ...flags: readonly string[]): string =>
  [
    "kubectl",
    verb,
    shellWord(`${kubectlName(kind)}/${of.name}`),
    ...flags,
    ...(kind.namespaced ? [`-n ${of.namespace}`] : []),
  ].join(" ");

/** Most names need no quotes. Those of roles and their bindings are any text, which is not to run where it is pasted. */
const shellWord = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
