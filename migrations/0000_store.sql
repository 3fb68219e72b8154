CREATE TABLE `log` (
	`revision` integer PRIMARY KEY NOT NULL,
	`replaced` integer,
	`tombstone` integer NOT NULL,
	`committed` integer NOT NULL,
	`resource` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`attributes` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `marks` (
	`name` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `objects` (
	`resource` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`attributes` text NOT NULL,
	PRIMARY KEY(`resource`, `namespace`, `name`)
) WITHOUT ROWID;
