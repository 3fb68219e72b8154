import type { PodSpec, WindowsSecurityContextOptions } from "../../../../generated/core.v1.ts";
import { utf8Length } from "../../../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, invalidTyped } from "../../../../machinery/field-error.ts";
import { dnsSubdomain } from "../../../../machinery/names.ts";
import { visitContainers } from "../visit-containers.ts";

const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const DNS_DOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

export function validateWindowsOptions(
  options: WindowsSecurityContextOptions,
  path: string,
  errors: FieldError[],
): void {
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined)
    for (const problem of dnsSubdomain(gmsaCredentialSpecName))
      errors.push(invalidTyped(`${path}.gmsaCredentialSpecName`, gmsaCredentialSpecName, problem));
  if (gmsaCredentialSpec === "")
    errors.push(invalidTyped(`${path}.gmsaCredentialSpec`, "", "gmsaCredentialSpec cannot be an empty string"));
  else if (gmsaCredentialSpec !== undefined && utf8Length(gmsaCredentialSpec) > 64 * 1024)
    errors.push(
      invalidTyped(`${path}.gmsaCredentialSpec`, gmsaCredentialSpec, "gmsaCredentialSpec size must be under 64 KiB"),
    );
  if (runAsUserName !== undefined)
    for (const problem of userNameProblems(runAsUserName))
      errors.push(invalidTyped(`${path}.runAsUserName`, runAsUserName, problem));
}

function userNameProblems(name: string): string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  if (/\p{Cc}/u.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const [user = "", domain] = parts.length === 1 ? [parts[0]] : [parts[1], parts[0]];
  const problems: string[] = [];
  if (domain !== undefined && utf8Length(domain) >= 256)
    problems.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain))
    problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user === "") problems.push("runAsUserName's User cannot be empty");
  else if (utf8Length(user) > 104) problems.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    problems.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  return problems;
}

/** Either all of the pod's containers are Windows host processes, or none. */
export function validateHostProcess(spec: PodSpec, path: string, errors: FieldError[]): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let containers = 0;
  let hostProcesses = 0;
  visitContainers(spec, path, ({ securityContext }, at) => {
    containers++;
    const own = securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && own !== ofPod)
      errors.push(
        invalid(
          `${at}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      );
    if (own ?? ofPod) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers)
    errors.push(
      invalid(
        path,
        "",
        "If pod contains any hostProcess containers then all containers must be HostProcess containers",
      ),
    );
  if (!spec.hostNetwork)
    errors.push(
      invalid(`${path}.hostNetwork`, false, "hostNetwork must be true if pod contains any hostProcess containers"),
    );
}
