CREATE TABLE `staged` (
	`restore` text NOT NULL,
	`position` integer NOT NULL,
	`resource` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`attributes` text NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`restore`, `position`)
) WITHOUT ROWID;
