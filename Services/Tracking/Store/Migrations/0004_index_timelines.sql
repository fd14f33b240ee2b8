-- Serves TimelineReads: one learner's events, newest first, one range of the index a page. All facts of a learner stand
-- in one partition, so time and seq together put them in one order for good.
CREATE INDEX event_log_timeline ON event_log (tenant, key, occurred_at DESC, seq DESC)
    WHERE type = 'LearningEventRecorded';
