import type { IngressClass } from "../../api/generated/networking.v1.ts";
import { INGRESS_CLASS, INGRESS_CONTROLLER } from "../../api/public-host.ts";

/** Not the default class: nothing is published that does not ask for it. */
export const ingressClass: IngressClass = {
  kind: "IngressClass",
  apiVersion: "networking.k8s.io/v1",
  metadata: { name: INGRESS_CLASS },
  spec: { controller: INGRESS_CONTROLLER },
};
