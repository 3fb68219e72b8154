/**
 * What the control loops may do: what each declares that it reads and writes, and no more. They act as service accounts
 * of kube-system, as in kube-controller-manager with --use-service-account-credentials; their rights are no RBAC
 * objects, so that nobody can edit them away.
 */
import { groupResource } from "../../api/machinery/meta.ts";
import { type Controller, EVERYTHING } from "../controllers/controller.ts";
import { controllers } from "../controllers/index.ts";
import type { ResourceAttributes } from "./attributes.ts";
import type { User } from "./user.ts";

const PREFIX = "system:serviceaccount:kube-system:";
const READ_VERBS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** All of them record events and ask what they may. */
const SHARED = new Set(["events", "events.events.k8s.io"]);

const byName = new Map(controllers.map((controller) => [controller.name, controller]));

export function controlLoopMay(user: User, { verb, group, resource }: ResourceAttributes): boolean {
  const controller = user.name.startsWith(PREFIX) ? byName.get(user.name.slice(PREFIX.length)) : undefined;
  if (!controller) return false;
  const target = groupResource(group, resource);
  if (SHARED.has(target)) return true;
  return covers(controller.writes, target) || (READ_VERBS.has(verb) && covers(controller.reads, target));
}

const covers = (declared: Controller["reads"], target: string) =>
  declared.includes(EVERYTHING) || declared.includes(target);
