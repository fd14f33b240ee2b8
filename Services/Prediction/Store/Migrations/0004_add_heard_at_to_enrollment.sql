-- When facts last changed the state, in domain time: tells learners who were heard from learners who were merely scored anew.
ALTER TABLE enrollment ADD COLUMN heard_at timestamptz NOT NULL DEFAULT '-infinity';
