/** A notation for the default roles: verbs, then what they apply to. Lists are sorted, as Kubernetes stores its own. */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";

export const READ = "get list watch";
export const READ_UPDATE = "get list watch update patch";
export const WRITE = "create update patch delete deletecollection";
export const READ_WRITE = `${READ} ${WRITE}`;

const words = (text: string): string[] => text.split(" ").sort();

/** Arguments are lists separated by spaces. In `groups`, the core group is written `core`. */
export const allow = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: words(verbs),
  apiGroups: groups
    .split(" ")
    .map((group) => (group === "core" ? "" : group))
    .sort(),
  resources: words(resources),
  ...(names === undefined ? {} : { resourceNames: words(names) }),
});

export const allowPaths = (verbs: string, paths: string): PolicyRule => ({
  verbs: words(verbs),
  nonResourceURLs: words(paths),
});

export const recordEvents: PolicyRule = allow("create update patch", "core events.k8s.io", "events");
