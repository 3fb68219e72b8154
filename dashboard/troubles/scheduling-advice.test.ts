import { expect, test } from "vitest";
import { schedulingAdvice } from "./scheduling-advice.ts";

test.each([
  [
    "0/2 nodes are available: 2 Insufficient memory. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    "No node fits it (too little free memory: 2): ask for less or add a node.",
  ],
  [
    "0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    "No node fits it (too little free cpu: 1, full of pods: 1): ask for less or add a node.",
  ],
  [
    "0/6 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated taint {gpu: yes}, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.",
    "No node fits it (too little free cpu: 1, cordoned: 1, the taint gpu: 2, not selected by it: 2): ask for less or add a node, or uncordon a node, or tolerate the taint or remove it, or correct its node selector or label a node.",
  ],
  [
    "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.",
    "No node fits it (not answering: 1): bring a node back.",
  ],
  [
    "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
    "No node fits it (taints that it does not tolerate: 1): tolerate the taints or remove them.",
  ],
  [
    "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    "It waits for a claim that is not bound: look at its PersistentVolumeClaims.",
  ],
  [
    '0/2 nodes are available: persistentvolumeclaim "data" not found. preemption: not found',
    "The claim data does not exist: create it, or correct its name.",
  ],
  ["0/0 nodes are available: .", "There is no node: join one."],
  ["0/1 nodes are available: 1 is haunted.", "No node fits it: its events say what each of them lacks."],
  ["", "No node fits it: its events say what each of them lacks."],
])("the message %j gets the advice %s", (message, sentence) => expect(schedulingAdvice(message)).toBe(sentence));
