import type { DeviceClass } from "../../generated/resource.v1.ts";
import { createdNameIsLong } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import { validateDeviceClass } from "./device-class-validation.ts";

export const deviceClass = defineResource<DeviceClass>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "DeviceClass",
  plural: "deviceclasses",
  scope: "Cluster",
  updateChecks: ["meta", "metaChanges", "whole"],
  deleteReturnsObject: true,
  validateName: createdNameIsLong,
  generation: true,
  validate: validateDeviceClass,
  columns: [],
});
