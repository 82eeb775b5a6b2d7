-- Which worker has a message in its hands, and how often it has said that it still does. One whose number stands still is
-- gone: that is seen without comparing clocks.
ALTER TABLE outbox ADD COLUMN lease BIGINT; -- random, above zero; NULL: nobody has it
ALTER TABLE outbox ADD COLUMN renewals BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_leased ON outbox (lease) WHERE lease IS NOT NULL;
