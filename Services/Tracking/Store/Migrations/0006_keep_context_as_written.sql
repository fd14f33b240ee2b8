-- The sender's free part is canonical JSON when it comes here, and only ever read as a whole.
ALTER TABLE event_identity ALTER COLUMN context TYPE json USING context::text::json;
