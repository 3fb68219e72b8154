/** The systemd unit that keeps a node or a control plane running. Pure. */

export interface UnitOptions {
  readonly description: string;
  /** The program and its arguments, one word each. */
  readonly command: readonly string[];
  /** The directory that relative paths start from. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** systemd's quoting: `%` is special everywhere. */
const word = (text: string): string =>
  /^[\w@:,./=+-]+$/.test(text)
    ? text
    : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;

/** In a command `$` begins a variable; in an assignment it does not. */
const commandWord = (text: string): string => word(text).replaceAll("$", "$$$$");

export const systemdUnit = ({ description, command, directory, environment }: UnitOptions): string => `[Unit]
Description=${description}
Wants=network-online.target
After=network-online.target containerd.service crio.service
# Whatever it lacks may be there later.
StartLimitIntervalSec=0

[Service]
WorkingDirectory=${directory.replaceAll("%", "%%")}
ExecStart=${command.map(commandWord).join(" ")}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${word(`${name}=${value}`)}\n`)
  .join("")}# A node that has left stays away.
Restart=on-failure
RestartSec=1
# Its pods outlive it.
KillMode=process
Delegate=yes
LimitNOFILE=1048576
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`;
