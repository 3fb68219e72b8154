/**
 * What the control loops may do: what each declares that it reads and writes, and no more. They act as service accounts
 * of kube-system, as in kube-controller-manager with --use-service-account-credentials. Their rights are not RBAC
 * objects, so nobody can edit them away.
 */
import { groupResource } from "../../api/machinery/meta.ts";
import { type Controller, EVERYTHING } from "../controllers/controller.ts";
import { controllers } from "../controllers/index.ts";
import { READS, SCHEDULER_USER, WRITES } from "../scheduler/state.ts";
import type { ResourceAttributes } from "./attributes.ts";
import type { User } from "./user.ts";

const PREFIX = "system:serviceaccount:kube-system:";
const READ_VERBS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** All of them record events and ask for their permissions. */
const SHARED = new Set(["events", "events.events.k8s.io"]);

/** kube-scheduler has a user of its own, and no service account. */
const schedulerLoop = { reads: READS, writes: WRITES };
const byName = Map.groupBy(controllers, ({ name }) => name);

/** Subresources of an object. Writing service accounts does not imply creating their tokens, nor exec into pods. */
const PARTS: ReadonlySet<string> = new Set(["", "status", "scale", "finalize", "binding"]);
/** Verbs that act on behalf of others, or reach beyond the resource; no loop has them. */
const BEYOND: ReadonlySet<string> = new Set(["impersonate", "bind", "escalate", "approve", "sign"]);

export function controlLoopMay(user: User, { verb, group, resource, subresource }: ResourceAttributes): boolean {
  const loops = user.name === SCHEDULER_USER ? [schedulerLoop] : controllersOf(user);
  if (loops.length === 0) return false;
  const target = groupResource(group, resource);
  if (subresource === "proxy") return loops.some(({ writes }) => writes.includes(`${target}/proxy`));
  if (!PARTS.has(subresource) || BEYOND.has(verb)) return false;
  if (SHARED.has(target)) return true;
  return loops.some(({ reads, writes }) => covers(writes, target) || (READ_VERBS.has(verb) && covers(reads, target)));
}

/** Some of them share an account. */
const controllersOf = ({ name }: User) =>
  (name.startsWith(PREFIX) ? byName.get(name.slice(PREFIX.length)) : undefined) ?? [];

const covers = (declared: Controller["reads"], target: string) =>
  declared.includes(EVERYTHING) || declared.includes(target);
