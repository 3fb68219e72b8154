import { shellWord } from "../../api/shell-word.ts";
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

/** For several objects, one command per namespace: `kubectl delete pods web-1 web-2 -n default`. */
export const kubectlCommands = (
  verb: string,
  kind: Kind,
  objects: readonly ObjectName[],
  ...flags: readonly string[]
): string =>
  [...Map.groupBy(objects, ({ namespace }) => namespace)]
    .map(([namespace, members]) =>
      [
        "kubectl",
        verb,
        kubectlName(kind),
        ...members.map(({ name }) => shellWord(name)),
        ...flags,
        ...(kind.namespaced ? [`-n ${namespace}`] : []),
      ].join(" "),
    )
    .join("\n");
