import { expect, test } from "vitest";
import { refusalAdvice } from "./refusal-advice.ts";

test.each([
  [
    'pods "web-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0',
    "The quota small leaves no room for its pods: raise the quota, or ask for less.",
  ],
  [
    'pods "web-x" is forbidden: failed quota: small: must specify cpu for: c; memory for: c',
    "The quota small wants its pods to state cpu for: c; memory for: c: add it to the template.",
  ],
  [
    'pods "web-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    "Its pods may do more than the Pod Security level restricted of the namespace allows: change the template, or the level.",
  ],
  [
    'pods "web-x" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
    "The ServiceAccount robot does not exist: create it, or name another one.",
  ],
  [
    'Internal error occurred: failed calling webhook "check.example.com": connection refused',
    "The admission webhook check.example.com does not answer: mend it, or remove its configuration.",
  ],
  [
    'admission webhook "check.example.com" denied the request: no',
    "The admission webhook check.example.com refuses its pods: change the template as it asks.",
  ],
  ["pods is forbidden", "Its pods are refused: change what the API server objects to."],
])("the refusal %j gets the advice %s", (message, sentence) => expect(refusalAdvice(message)).toBe(sentence));
