import type { HostAlias, PodDNSConfig } from "../../../generated/core.v1.ts";
import { utf8Length } from "../../../machinery/encoding/utf8.ts";
import { type FieldError, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { dnsSubdomain, dnsSubdomainWithUnderscore } from "../../../machinery/names.ts";
import { validateIp } from "../../../machinery/network/ip-validation.ts";

const POLICIES: readonly string[] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

export function validateDnsPolicy(policy: string | undefined, path: string, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!POLICIES.includes(policy)) errors.push(notSupported(path, policy, POLICIES));
}

export function validateDnsConfig(
  config: PodDNSConfig | undefined,
  path: string,
  { dnsPolicy, errors }: { dnsPolicy: string | undefined; errors: FieldError[] },
): void {
  if (dnsPolicy === "None") {
    if (!config) return void errors.push(required(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
    if (!config.nameservers?.length)
      return void errors.push(
        required(`${path}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None"),
      );
  }
  if (!config) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS)
    errors.push(invalid(`${path}.nameservers`, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  nameservers.forEach((server, i) => {
    errors.push(...validateIp(server, `${path}.nameservers[${i}]`));
  });
  if (searches.length > MAX_SEARCHES)
    errors.push(invalid(`${path}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (utf8Length(searches.join(" ")) > MAX_SEARCH_CHARACTERS)
    errors.push(
      invalid(
        `${path}.searches`,
        searches,
        `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`,
      ),
    );
  searches.forEach((search, i) => {
    if (search === ".") return;
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    for (const problem of dnsSubdomainWithUnderscore(name))
      errors.push(invalid(`${path}.searches[${i}]`, name, problem));
  });
  options.forEach(({ name }, i) => {
    if (!name) errors.push(required(`${path}.options[${i}]`, "must not be empty"));
  });
}

export function validateHostAliases(aliases: readonly HostAlias[], path: string, errors: FieldError[]): void {
  aliases.forEach(({ ip = "", hostnames }, i) => {
    errors.push(...validateIp(ip, `${path}[${i}].ip`));
    hostnames?.forEach((hostname, j) => {
      for (const problem of dnsSubdomain(hostname))
        errors.push(invalid(`${path}[${i}].hostnames[${j}]`, hostname, problem));
    });
  });
}
