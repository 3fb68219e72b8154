import type { Job } from "../../api/generated/batch.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { api } from "../api/connection.ts";
import { kubectlName, targetOf } from "../api/kind.ts";
import type { ActionOf } from "./action.ts";
import { kubectlCommand } from "./kubectl-command.ts";

/** How a kind is paused, and what that does. */
interface Held {
  readonly field: "paused" | "suspend";
  readonly title: string;
  readonly consequence: string;
  readonly goesOn: string;
}

const SUSPENDED = { field: "suspend", title: "Suspend" } as const;

const HELD: Readonly<Record<string, Held>> = {
  "deployments.apps": {
    field: "paused",
    title: "Pause",
    consequence: "Changes of its template wait until it is resumed; its pods keep running.",
    goesOn: "What was changed meanwhile is rolled out.",
  },
  "cronjobs.batch": {
    ...SUSPENDED,
    consequence: "No Job begins until it is resumed; those that run go on.",
    goesOn: "Jobs begin by its schedule again.",
  },
  "jobs.batch": {
    ...SUSPENDED,
    consequence: "Its pods end, and others begin when it is resumed.",
    goesOn: "Its pods begin again.",
  },
};

/** Like `kubectl rollout pause` and `resume`; Jobs and CronJobs are suspended. */
export const hold: ActionOf = (kind, object) => {
  const held = HELD[kubectlName(kind)];
  if (!held || isOver(object)) return undefined;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  const holds = (object as { spec?: Partial<Record<Held["field"], boolean>> }).spec?.[held.field] === true;
  const title = holds ? "Resume" : held.title;
  return {
    title,
    needs: { verb: "patch" },
    consequence: holds ? held.goesOn : held.consequence,
    command: () =>
      held.field === "paused"
        ? kubectlCommand(`rollout ${title.toLowerCase()}`, kind, of)
        : kubectlCommand("patch", kind, of, "-p", `'{"spec":{"suspend":${!holds}}}'`),
    run: () =>
      api.patch(targetOf(kind, of), "application/merge-patch+json", { spec: { [held.field]: holds ? null : true } }),
    done: holds ? `${of.name} goes on` : `${of.name} is held up`,
  };
};

/** Suspending a finished Job has no effect. */
const isOver = (object: KubeObject): boolean =>
  object.kind === "Job" && (object as Job).status.conditions?.some(isEndCondition) === true;

const isEndCondition = ({ type, status }: { type?: string; status?: string }): boolean =>
  (type === "Complete" || type === "Failed") && status === "True";
