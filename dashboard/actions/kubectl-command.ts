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

/** Names of roles and bindings may be any text, which must not run as shell code when pasted. */
const shellWord = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
