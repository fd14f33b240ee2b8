-- When learners are expected to study, as StudyProjection heard it: CourseRunDefined, HolidaysChanged, and what learners
-- said themselves. Its own copy, so that states follow from what it has heard and from nothing else.

-- RunCalendar of a run; the tenant's holidays under the empty course_run.
CREATE TABLE study_calendar (
    tenant     text  NOT NULL,
    course_run text  NOT NULL,
    calendar   jsonb NOT NULL,
    PRIMARY KEY (tenant, course_run)
);

-- LearnerPlan: time zone, weekdays, pauses.
CREATE TABLE learner_plan (
    tenant     text  NOT NULL,
    learner_id uuid  NOT NULL,
    plan       jsonb NOT NULL,
    PRIMARY KEY (tenant, learner_id)
);

-- Serves HistoryReads: what was declared about some runs, holidays and a learner by an instant.
CREATE INDEX event_log_calendars ON event_log (tenant, key)
    WHERE type IN ('CourseRunDefined', 'HolidaysChanged', 'StudySettingsChanged', 'LearnerPauseChanged');

-- What was declared before. Enrollments of those runs are due: they are worked out anew by their calendars.
INSERT INTO study_calendar (tenant, course_run, calendar)
SELECT DISTINCT ON (tenant, key) tenant, key, jsonb_build_object(
    'timeZone', body #> '{courseRun,timeZone}', 'startsAt', body #> '{courseRun,startsAt}',
    'endsAt', body #> '{courseRun,endsAt}', 'breaks', coalesce(body #> '{courseRun,breaks}', '[]'),
    'studyWeekdays', coalesce(body #> '{courseRun,studyWeekdays}', '[]'))
FROM event_log WHERE type = 'CourseRunDefined'
ORDER BY tenant, key, seq DESC;

UPDATE enrollment SET review_at = '2000-01-01 00:00:00+00' FROM study_calendar
WHERE enrollment.tenant = study_calendar.tenant AND enrollment.course_run = study_calendar.course_run;
