-- What the lines of an opening come to by kind and setting, so that figures too begin with what stood before: their
-- sums no longer go through every month since the first. Openings follow from settled lines, so they are made anew.
-- A generation whose making was broken off is begun anew as well: its tables are none of the parents' yet.
SELECT drop_generation(id) FROM generation WHERE state = 'building';
DELETE FROM opening;
ALTER TABLE opening ADD COLUMN amounts bigint[] NOT NULL;
