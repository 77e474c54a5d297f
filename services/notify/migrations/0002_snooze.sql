-- Exceptions can wait: a person has snoozed them until `next_at`. Acknowledgements given before have no lapse.
ALTER TABLE escalation DROP CONSTRAINT escalation_state_check;
ALTER TABLE escalation ADD CONSTRAINT escalation_state_check
    CHECK (state IN ('raised', 'acknowledged', 'snoozed', 'cleared', 'closed'));
DROP INDEX escalation_one_open;
CREATE UNIQUE INDEX escalation_one_open ON escalation (tenant, rule, unit)
    WHERE state IN ('raised', 'acknowledged', 'snoozed');
