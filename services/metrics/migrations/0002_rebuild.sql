-- Making the ledger anew from the log, beside the one that is read.

-- A number is never used again: what a process remembers of a dropped generation must not pass for a new one.
CREATE SEQUENCE generation_number START 2;

-- The shares in which a generation is made: partitions from their beginning up to an offset, each share in one
-- transaction, so that work that was broken off goes on with those that are not done.
CREATE TABLE share (
    generation integer NOT NULL REFERENCES generation ON DELETE CASCADE,
    number     smallint NOT NULL,
    topic      text COLLATE "C" NOT NULL,
    partition  integer NOT NULL,
    until      bigint NOT NULL,
    done       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (generation, topic, partition)
);
