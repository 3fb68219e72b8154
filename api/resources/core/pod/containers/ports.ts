import type { Container, ContainerPort } from "../../../../generated/core.v1.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../../../machinery/field-error.ts";
import { portName, portNumber } from "../../../../machinery/names.ts";

const PROTOCOLS: readonly string[] = ["SCTP", "TCP", "UDP"];

export function validateContainerPorts(ports: readonly ContainerPort[], path: string, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const at = `${path}[${i}]`;
    if (port.name) {
      const problems = portName(port.name);
      for (const problem of problems) errors.push(invalid(`${at}.name`, port.name, problem));
      if (problems.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      if (problems.length === 0) names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else
      for (const problem of portNumber(port.containerPort))
        errors.push(invalid(`${at}.containerPort`, port.containerPort, problem));
    if (port.hostPort)
      for (const problem of portNumber(port.hostPort)) errors.push(invalid(`${at}.hostPort`, port.hostPort, problem));
    validateProtocol(port.protocol, `${at}.protocol`, errors);
  });
}

export function validateProtocol(protocol: string | undefined, path: string, errors: FieldError[]): void {
  if (!protocol) errors.push(required(path));
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(path, protocol, PROTOCOLS));
}

/** Of the containers that run at the same time, only one may use a given host port. */
export function validateHostPorts(containers: readonly Container[], path: string, errors: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach(({ ports = [] }, i) => {
    ports.forEach(({ hostPort, hostIP = "", protocol = "" }, j) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, key));
      taken.add(key);
    });
  });
}

/** A port number, or the name of one of the container's ports. */
export function validatePortReference(port: number | string | undefined, path: string, errors: FieldError[]): void {
  const value = port ?? 0;
  const problems = typeof value === "number" ? portNumber(value) : portName(value);
  for (const problem of problems) errors.push(invalid(path, value, problem));
}
